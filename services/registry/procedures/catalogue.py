"""Procedures of a country's pack, and their clock: calendar or working days, which rests while documents are missing."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from services.registry.rules import pack_of
from shared.calendars import WorkingCalendar
from shared.errors import Malformed
from shared.i18n import _
from shared.rulepacks import Rule, RulePack

RULE = "REQ-CATALOGUE"
ONE_DAY = timedelta(days=1)
Unit = Literal["working", "calendar"]
Silence = Literal["accepts", "refuses"]


@dataclass(frozen=True)
class Burden:
    """What a procedure asks of the person: steps, documents, and the days it may take."""

    steps: int
    documents: int
    days: int


@dataclass(frozen=True)
class Procedure:
    """One procedure as the pack says it. `gives`: the kind of attestation that an accepted request gives.

    `silence`: what it means that the delay passed without an answer; nothing where the list does not say. `steps` are those of
    today, `before` what was asked before the procedure was simplified; both only where the list knows them.
    """

    code: str
    days: int
    unit: Unit
    documents: tuple[str, ...]
    decides: str
    gives: str | None
    rule: Rule
    silence: Silence | None = None
    steps: int | None = None
    before: Burden | None = None

    def calendar(self, country: str, day: date) -> WorkingCalendar:
        return WorkingCalendar.of_country(country, [day.year, day.year + 1])

    def due_on(self, country: str, since: date, days: int | None = None) -> date:
        """The last day, whole, of so many days from an act; of the procedure's own number when not said."""
        count = self.days if days is None else days
        calendar = self.calendar(country, since)
        return calendar.working_deadline(since, count) if self.unit == "working" else calendar.deadline(since, count)

    def days_left(self, country: str, on: date, due_on: date) -> int:
        """Days of the delay that are left when it rests: those after this one, to the last."""
        if due_on <= on:
            return 0
        if self.unit == "calendar":
            return (due_on - on).days
        calendar = self.calendar(country, on)
        return sum(calendar.works(on + timedelta(days=number)) for number in range(1, (due_on - on).days + 1))


def procedures_of(pack: RulePack) -> dict[str, Procedure]:
    rule = pack.rule(RULE)
    told: dict[str, dict[str, Any]] = rule.value
    return {code: _procedure(rule, code, one) for code, one in told.items()}


def _procedure(rule: Rule, code: str, one: dict[str, Any]) -> Procedure:
    return Procedure(
        code,
        one["days"],
        one["unit"],
        tuple(one["documents"]),
        one["decides"],
        one["gives"],
        _delay(rule, one["days"], one["unit"]),
        one.get("silence"),
        one.get("steps"),
        Burden(**one["before"]) if "before" in one else None,
    )


def _delay(rule: Rule, days: int, unit: Unit) -> Rule:
    return replace(rule, value=days, unit="working days") if unit == "working" else replace(rule, value=days, unit="calendar days")


def procedure_on(code: str, facility_code: str, day: date) -> tuple[Procedure, RulePack]:
    """A procedure of the country of a facility. Raises Malformed."""
    pack = pack_of(facility_code, day)
    found = procedures_of(pack).get(code)
    if found is None:
        raise Malformed.field("procedure", _("There is no procedure {code} here."), code=code)
    return found, pack
