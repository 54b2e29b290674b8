"""What the country's rules say of streams and academic years."""

from collections.abc import Sequence
from datetime import date, timedelta

from services.training.rules import pack_of
from shared.calendars import add_months
from shared.errors import Malformed, Refused
from shared.i18n import _
from shared.rulepacks import RulePack


def first_day_of(pack: RulePack, year: int) -> date:
    """The first day of the academic year that begins in this year."""
    month, day = pack.rule("INT-YEAR").value.split("-")
    return date(year, int(month), int(day))


def running_year(country: str, day: date) -> int:
    """The year in which the academic year began that runs on a day."""
    return day.year - (day < first_day_of(pack_of(country, day), day.year))


def days_of(pack: RulePack, year: int) -> tuple[date, date]:
    """The academic year, both days whole."""
    first = first_day_of(pack, year)
    return first, add_months(first, 12) - timedelta(days=1)


def study_years(pack: RulePack, stream: str) -> int:
    """How many years lead to the diploma: the intake of a year graduates so many years later (INT-03)."""
    value = pack.rule("INT-YEARS").value
    return int(value.get(stream, value["default"]))


def streams_must_be_known(pack: RulePack, streams: Sequence[str], *, field: str) -> None:
    """A stream is a professional title for which the country's institutes train, where its rules list them. Raises Malformed."""
    listed = pack.rules.get("INT-STREAMS")
    strangers = [stream for stream in streams if listed is not None and stream not in listed.value]
    if strangers and listed is not None:
        raise Malformed.field(field, _("Institutes do not train for {stream}; they train for {known}."), stream=strangers[0], known=", ".join(listed.value))


def must_be_accredited(accredited: bool, pack: RulePack, *, stream: str, day: date, open_streams: Sequence[str]) -> None:
    """Nobody is taken into a stream for which the institute is not accredited on the first day. Raises Refused."""
    if not accredited:
        raise Refused(
            "not-accredited",
            _("The institute is not accredited for {stream} on {day}."),
            rule=pack.rule("INT-ACCREDITED"),
            possible=_("Accredited on that day: {streams}. Record the accreditation first, or choose one of these.") if open_streams else _("Record the accreditation first."),
            stream=stream,
            day=day.isoformat(),
            streams=", ".join(open_streams),
        )
