"""What a campaign must fulfil to be published, and to receive an application."""

from datetime import date, timedelta

from services.recruitment.campaigns.models import Campaign
from services.recruitment.workflow import PUBLISHED, VALIDATED
from shared.errors import Refused
from shared.i18n import _
from shared.rulepacks import Rule, RulePack


def policy_must_be_in_force(campaign: Campaign, day: date) -> None:
    """A campaign under a policy needs it approved and in force on the day of publication and when it opens. Raises Refused."""
    policy = campaign.policy
    if policy is None or (policy.in_force(day) and policy.in_force(campaign.opens_on)):
        return
    raise Refused(
        "policy-not-in-force",
        _("The policy {resolution} is not in force on {day} and at the opening on {opens}."),
        rule=Rule("ATT-VALIDITY", [policy.valid_from.isoformat(), policy.valid_to.isoformat() if policy.valid_to else None], "period", policy.citation),
        possible=_("Have the policy approved, or choose dates within its period."),
        resolution=policy.resolution_no,
        day=day.isoformat(),
        opens=campaign.opens_on.isoformat(),
    )


def campaign_must_be_no_contest(contest: object | None) -> None:
    """A contest has its own notice and its own applications: its campaign alone is neither published nor applied for. Raises Refused."""
    if contest is not None:
        raise Refused(
            "campaign-of-a-contest",
            _("This campaign belongs to a contest."),
            rule=Rule("REC-05", None, "", "Relais rule book, contests (a contest is judged by the rules of its country)"),
            possible=_("Open the contest: it is published and applied for there."),
        )


def needs_must_be_validated(campaign: Campaign) -> None:
    """Raises Refused and names how many needs wait."""
    waiting = [need for need in campaign.needs if need.state != VALIDATED]
    if waiting:
        raise Refused(
            "needs-not-validated",
            _("Needs of the campaign that are not validated: {count}."),
            rule=Rule("REC-NEED-VALIDATED", VALIDATED, "state of each need", "Relais rule book, recruitment (a campaign answers validated needs)"),
            possible=_("Have every need validated by another person than its author."),
            count=len(waiting),
        )


def window_must_be_long_enough(*, published_on: date, opens_on: date, closes_on: date, pack: RulePack) -> None:
    """Candidates have the days that the law gives, counted from publication or opening, the day itself not counted (RP-04). Raises Refused."""
    rule = pack.rule("REC-WINDOW")
    earliest = max(published_on, opens_on) + timedelta(days=rule.value)
    if closes_on < earliest:
        raise Refused(
            "window-too-short",
            _("The campaign closes on {closes}; candidates have {days} days, until {earliest}."),
            rule=rule,
            possible=_("Close on {earliest} or later."),
            closes=closes_on.isoformat(),
            days=rule.value,
            earliest=earliest.isoformat(),
        )


def window_must_be_open(campaign: Campaign, day: date, pack: RulePack) -> None:
    """An application is received from the opening to the last day of the window, whole. Raises Refused."""
    if campaign.is_open(day):
        return
    if campaign.state != PUBLISHED:
        raise Refused(
            "campaign-not-published",
            _("The campaign is not published."),
            rule=pack.rule("REC-WINDOW"),
            possible=_("Publish the campaign first."),
        )
    raise Refused(
        "window-closed",
        _("Applications are received from {opens} to {closes}; this one is of {day}."),
        rule=pack.rule("REC-WINDOW"),
        possible=_("Apply in a campaign that is open."),
        opens=campaign.opens_on.isoformat(),
        closes=campaign.closes_on.isoformat(),
        day=day.isoformat(),
    )
