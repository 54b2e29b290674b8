"""The rule packs of the observatory."""

from datetime import date
from pathlib import Path

from shared.errors import Refused
from shared.i18n import _
from shared.rulepacks import NoPackInForce, RulePack, RulePacks

PACKS = RulePacks.load(Path(__file__).parent)


def pack_of(area: str, day: date) -> RulePack:
    """The rule pack of an area's country on a day. Raises Refused."""
    country = area.partition("-")[0]
    try:
        return PACKS.in_force(country, day)
    except NoPackInForce as error:
        raise Refused(
            "no-rule-pack", _("No rules of {country} are known here for {day}."), possible=_("Add a rule pack for this country and period."), country=country, day=day.isoformat()
        ) from error
