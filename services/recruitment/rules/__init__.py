"""The rule packs of recruitment: one YAML file per jurisdiction and period."""

from datetime import date
from pathlib import Path

from shared.errors import Refused
from shared.i18n import _
from shared.rulepacks import NoPackInForce, RulePack, RulePacks

PACKS = RulePacks.load(Path(__file__).parent)


def pack_of(code: str, day: date) -> RulePack:
    """The rule pack of the country of an authority or a facility on a day. Raises Refused."""
    country = code.partition("-")[0]
    try:
        return PACKS.in_force(country, day)
    except NoPackInForce as error:
        raise Refused(
            "no-rule-pack",
            _("No rules of {country} are known here for {day}."),
            possible=_("Add a rule pack for this country and period."),
            country=country,
            day=day.isoformat(),
        ) from error
