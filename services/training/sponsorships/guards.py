"""What an act on a sponsored study must respect beside its state."""

from datetime import date

from shared.errors import Refused
from shared.i18n import _
from shared.rulepacks import Rule


def reasons_must_be_given(comment: str | None) -> None:
    """Who is refused is told why, in words. Raises Refused."""
    if not comment:
        raise Refused(
            "reasons-missing",
            _("Say in a comment why not."),
            rule=Rule("TRN-REASONS", "a person decides, with reasons", "", "Relais rule book, training (who is refused is told why)"),
            possible=_("Add a comment."),
        )


def day_must_follow(day: date, earlier: date | None) -> None:
    """Each step comes after the one before. Raises Refused."""
    if earlier is not None and day < earlier:
        raise Refused(
            "before-what-it-follows",
            _("The act is of {day}, what it follows is of {earlier}."),
            rule=Rule("TRN-ORDER", earlier.isoformat(), "earliest day", "Relais rule book, training (what is entered has happened)"),
            possible=_("Enter it on {earlier} or later."),
            day=day.isoformat(),
            earlier=earlier.isoformat(),
        )
