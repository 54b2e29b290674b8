"""The programmes under which people rotate: each has its own law and its own limits, kept in the country's rule pack and never mixed (ROT-04)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.rotation.rules import PACKS, pack_of
from shared.errors import Malformed
from shared.i18n import _
from shared.rulepacks import Rule, RulePack

PREFIX = "ROT-PROGRAMME-"


@dataclass(frozen=True)
class Programme:
    """One programme with its limits; what its text does not limit is None."""

    code: str
    rule: Rule
    pack: str

    area: str | None = None
    duty: bool = False  # whether one may be sent without consent
    patterns: Sequence[str] = ()
    tour_min_months: int | None = None
    tour_max_days: int | None = None
    total_max_days: int | None = None

    def limit(self, rule_id: str, name: str, unit: str) -> Rule:
        """One limit of the programme, as the rule that is shown with a refusal."""
        return replace(self.rule, id=rule_id, value=getattr(self, name), unit=unit)


def _programmes(pack: RulePack) -> list[Programme]:
    return [Programme(rule_id.removeprefix(PREFIX), rule, pack.id, **rule.value) for rule_id, rule in pack.rules.items() if rule_id.startswith(PREFIX)]


def programmes_on(code: str, day: date) -> list[Programme]:
    """The programmes open to a facility or an authority on a day: those of the country and those of its own area."""
    return [programme for programme in _programmes(pack_of(code, day)) if programme.area is None or f"{code}-".startswith(f"{programme.area}-")]


def programme_on(code: str, facility_code: str, day: date, *, field: str = "programme") -> Programme:
    """One programme that is open to a facility on a day. Raises Malformed."""
    for programme in programmes_on(facility_code, day):
        if programme.code == code:
            return programme
    raise Malformed.field(field, _("No programme {code} is open to {facility} on {day}."), code=code, facility=facility_code, day=day.isoformat())


def pinned_programme(code: str, pack: str) -> Programme:
    """The programme as it was when the mission was proposed (RP-01)."""
    return next(programme for programme in _programmes(PACKS.pinned(pack)) if programme.code == code)
