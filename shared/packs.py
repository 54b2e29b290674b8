"""The rule pack that a service judges by: of the country of an authority or facility, in force on a day."""

from datetime import date

from shared.errors import Refused
from shared.i18n import _
from shared.rulepacks import NoPackInForce, RulePack, RulePacks


def pack_in_force(packs: RulePacks, code: str, day: date) -> RulePack:
    """The rule pack of the country of an authority or a facility on a day. Raises Refused."""
    country = code.partition("-")[0]
    try:
        return packs.in_force(country, day)
    except NoPackInForce as error:
        raise Refused(
            "no-rule-pack",
            _("No rules of {country} are known here for {day}."),
            possible=_("Add a rule pack for this country and period."),
            country=country,
            day=day.isoformat(),
        ) from error
