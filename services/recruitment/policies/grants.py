"""What an attraction policy gives for one hire: an amount by place and degree, against years of service."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from services.recruitment.policies.models import AttractionPolicy
from shared.calendars import period_end
from shared.errors import Refused
from shared.i18n import _
from shared.rulepacks import Rule


@dataclass(frozen=True)
class Grant:
    """Money in minor units, the years promised, the last day of the commitment, and the rule behind each."""

    facility_group: str
    amount: int
    currency: str
    commitment_years: int
    commitment_ends_on: date
    payment_schedule: list[dict[str, Any]]
    breach_policy: dict[str, Any]
    amount_rule: Rule
    years_rule: Rule


def grant_of(policy: AttractionPolicy | None, *, facility_group: str | None, degree: str, experience: str, starts_on: date) -> Grant | None:
    """What the campaign's policy gives; a campaign without a policy gives no money. Raises Refused."""
    return None if policy is None else compute_grant(policy, facility_group=facility_group, degree=degree, experience=experience, starts_on=starts_on)


def compute_grant(policy: AttractionPolicy, *, facility_group: str | None, degree: str, experience: str, starts_on: date) -> Grant:
    """Amount by group of the facility and degree; the commitment is a period of service that counts its first day (R-PERIOD). Raises Refused."""
    amount = policy.amount_for(facility_group, degree)
    if facility_group is None or amount is None:
        raise Refused(
            "no-amount-foreseen",
            _("The policy foresees no amount for the degree {degree} in a facility of group {group}."),
            rule=Rule("ATT-04", policy.amounts_by_degree(facility_group), policy.currency, policy.citation),
            possible=_("Choose a place whose group has an amount for this degree, or record the facility's group in the registry."),
            degree=degree,
            group=facility_group or "–",
        )
    years = policy.years_for(experience)
    return Grant(
        facility_group=facility_group,
        amount=amount,
        currency=policy.currency,
        commitment_years=years,
        commitment_ends_on=period_end(starts_on, 12 * years),
        payment_schedule=policy.payment_schedule,
        breach_policy=policy.breach_policy,
        amount_rule=Rule("ATT-04", amount, policy.currency, policy.citation),
        years_rule=Rule("ATT-YEARS", years, "years", policy.citation),
    )
