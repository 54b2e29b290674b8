"""What the competence matrix refuses on the signing table."""

from datetime import date

from services.appointment.decisions.models import Decision
from services.appointment.decisions.numbers import authority_for
from services.appointment.delegations.models import Delegation
from shared.auth import Caller
from shared.errors import Refused
from shared.i18n import _


def must_let(row: Delegation, caller: Caller, decision: Decision, day: date) -> None:
    """Raises Refused with who is competent, and by which order."""
    authority, _path_of_it = authority_for(caller, decision.authority_path)
    if not row.lets(authority):
        raise Refused(
            "authority-not-competent",
            _("On {day} {competent} is competent for this act; you sign for {authority}."),
            rule=row.rule,
            possible=_("A signatory of {competent} signs it."),
            day=day.isoformat(),
            competent=row.competent,
            authority=authority,
        )
