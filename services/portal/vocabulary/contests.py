"""Words of contests and offers."""

from services.portal.texts import _
from services.portal.vocabulary.state import State

STATES = {
    "listed": State("card-list", "ink", _("List posted")),
    "numbered": State("incognito", "ink", _("Anonymous")),
    "marks_closed": State("lock", "ink", _("Marks closed")),
    "anonymity_lifted": State("person-check", "ink", _("Anonymity lifted")),
    "ranked": State("list-ol", "ink", _("Ranked")),
    "results": State("trophy", "good", _("Results published")),
    "admitted": State("check2", "good", _("Admitted to sit")),
    "inadmissible": State("x-circle", "bad", _("Inadmissible")),
    "appealed": State("chat-left-text", "warn", _("Appealed")),
    "dismissed": State("x-circle", "bad", _("Appeal dismissed")),
    "selected": State("trophy", "good", _("Selected")),
    "on_waiting_list": State("hourglass-split", "warn", _("Waiting list")),
    "eliminated": State("x-circle", "bad", _("Eliminated by a mark")),
    "below": State("x-circle", "bad", _("Below the average asked")),
    "left": State("dash-circle", "", _("Left the list")),
    "declined": State("x-circle", "", _("Declined")),
    "lapsed": State("clock", "bad", _("Lapsed")),
    "hired": State("person-check", "good", _("Hired")),
}

LABELS = {
    "contest_list": {"general": _("General list"), "resistance": _("Resistance and veterans"), "disability": _("Disabled people")},
    "contest_priority": {
        "heroes": _("Heroes and war invalids"),
        "merit": _("Ethnic minorities, demobilised officers, families of martyrs"),
        "service": _("Completed military or volunteer service"),
        "union": _("Union cadres of the grass roots"),
    },
    "contest_tie": {"papers": _("higher mark in the heaviest paper"), "raw": _("higher mark before points"), "lot": _("drawn lot"), "decision": _("decision of the head")},
    "contest_ground": {"family": _("Family, to the third degree"), "hierarchy": _("Hierarchical link"), "household": _("Same household"), "business": _("Business")},
    "contest_paper": {"written": _("Written paper"), "practical": _("Practical paper"), "oral": _("Oral paper")},
    "contest_document": {
        "identity": _("Identity document"),
        "degree": _("Degree or diploma"),
        "application_form": _("Application form"),
        "proof": _("Proof of a quota or priority"),
        "authorisation": _("Authorisation of the employer"),
    },
    "topic": {"recruitment.contest_posts": _("Post opened by a contest")},
    "contest_left": {"declined": _("declined the offer"), "lapsed": _("let the offer lapse"), "withdrawn": _("withdrew")},
}
