"""Words of pools of employers."""

from services.portal.texts import _
from services.portal.vocabulary.state import State

STATES = {
    "member": State("check2", "good", _("Member")),
    "left_pool": State("dash-circle", "", _("Has left")),
    "asked": State("hourglass-split", "warn", _("Asked")),
    "answered": State("check2", "good", _("Answered")),
    "offered": State("check2", "good", _("Available")),
    "looking": State("search", "ink", _("Looking for work")),
    "kept": State("check2", "good", _("Retained")),
    "not_kept": State("x-circle", "", _("Not kept")),
    "crossed": State("check2", "good", _("Bridge crossed")),
    "given_up": State("dash-circle", "", _("Given up")),
    "tense": State("exclamation-triangle", "bad", _("Under tension")),
    "not_tense": State("check2", "good", _("No tension")),
    "shown": State("check2", "good", _("Shown with consent")),
    "not_shown": State("lock", "warn", _("Shown to nobody")),
}

LABELS = {
    "takes_part_as": {"employer": _("Employer with posts"), "partner": _("Partner without posts")},
    "need_difficulty": {"ordinary": _("Not harder than usual"), "hard": _("Hard to fill"), "very_hard": _("Very hard to fill")},
    "resource_kind": {"spare_hours": _("Spare hours a month"), "shared_post": _("Part of a post to share"), "training_place": _("Training places")},
    "consent_means": {"written": _("In writing"), "oral": _("By word of mouth"), "online": _("Online")},
    "profile_closing": {"hired": _("Found work"), "stopped": _("Looks no more"), "unreachable": _("Cannot be reached")},
    "match_outcome": {"kept": _("Keep"), "not_kept": _("Do not keep")},
    "figures_of": {"pool": _("Pools"), "needs": _("Needs")},
    "topic": {"recruitment.pool_partners": _("Member of a pool")},
}
