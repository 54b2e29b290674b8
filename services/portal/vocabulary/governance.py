"""Words of meetings, strategic plans, delegations and the list of procedures."""

from services.portal.texts import _
from services.portal.vocabulary.state import State

STATES = {
    "adopted": State("check2", "good", _("Minutes adopted")),
    "under_way": State("hourglass-split", "ink", _("Under way")),
    "dropped": State("dash-circle", "", _("Dropped")),
    "to_come": State("clock", "ink", _("To come")),
}

LABELS = {
    "due": {"action_due": _("Action of the plan to carry out"), "resolution_due": _("Decision or recommendation to follow up")},
    "figures_of": {"committee": _("Meetings"), "plan": _("Strategic plans"), "requests": _("Requests"), "acts": _("Acts decided")},
    "topic": {
        "observatory.meetings": _("Meeting"),
        "observatory.resolutions": _("Decision or recommendation"),
        "observatory.actions": _("Action of the plan"),
        "registry.requests": _("Request"),
        "appointment.decisions": _("Decision"),
    },
    "meeting_kind": {"committee": _("Committee"), "national_meeting": _("National meeting")},
    "resolution_kind": {"decision": _("Decision"), "recommendation": _("Recommendation")},
    "follow_up": {"done": _("Done"), "under_way": _("Under way"), "dropped": _("Dropped")},
    "plan_field": {
        "added": _("New in the plan"),
        "title": _("Title"),
        "owner": _("Owner"),
        "starts_on": _("First day"),
        "due_on": _("Due"),
        "indicator": _("Indicator"),
        "target": _("Value aimed at"),
    },
    "delegation_nature": {"power": _("Power: signs alone"), "signature": _("Signature: the one who gave it may sign too")},
    "delay_level": {"centre": _("The centre"), "region": _("The region"), "facility": _("The facility")},
    "delay_phase": {"before": _("before the delegation"), "after": _("after the delegation"), "never": _("not delegated")},
    "procedure": {
        "exchange_of_posts": _("Exchange of posts"),
        "contest_authorisation": _("Authorisation to sit a contest"),
        "practice_address": _("Change of the place of a private practice"),
        "contest_results": _("Transcript of contest marks"),
    },
    "silence": {"accepts": _("Silence accepts"), "refuses": _("Silence refuses")},
    "request_act": {"accepted_by_silence": _("granted by silence")},
    "history_kind": {
        "meeting_body": _("Committee"),
        "meeting": _("Meeting"),
        "resolution": _("Decision or recommendation"),
        "strategy": _("Strategic plan"),
        "strategy_action": _("Action of the plan"),
        "delegation": _("Delegation"),
    },
}
