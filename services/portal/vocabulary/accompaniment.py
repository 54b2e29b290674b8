"""Words of vacancies, applications, accompaniment and partner services; those of candidates who are kept or not are the pool's."""

from services.portal.texts import _
from services.portal.vocabulary.state import State

STATES = {
    "received": State("inbox", "ink", _("Received")),
    "read": State("search", "ink", _("Read")),
    "interview": State("people", "warn", _("Interview")),
    "consent_withdrawn": State("dash-circle", "", _("Withdrawn")),
    "paper_added": State("plus-lg", "ink", _("Paper added")),
    "pool_joined": State("people", "ink", _("In the pool’s file")),
    "pool_left": State("dash-circle", "", _("Left the pool’s file")),
    "link_renewed": State("link-45deg", "ink", _("New link")),
    "solved": State("check2", "good", _("Solved")),
    "contacted": State("check2", "ink", _("Contacted")),
}

LABELS = {
    "application_step": {
        "received": _("Application received"),
        "read": _("Read by the employer"),
        "interview": _("Called to an interview"),
        "kept": _("Kept by the employer"),
        "not_kept": _("Not kept by the employer"),
        "consent_withdrawn": _("Withdrawn from this employer"),
        "paper_added": _("Paper added"),
        "pool_joined": _("Entered into the pool’s file, as you asked"),
        "pool_left": _("Left the pool’s file"),
        "link_renewed": _("New private link handed over; the old one opens nothing"),
    },
    "link_verified": {
        "phone": _("I called the phone number that the candidate gave"),
        "email": _("I wrote to the e-mail address that the candidate gave"),
        "in_person": _("I saw the candidate with an identity document"),
    },
    "paper": {"cv": _("Curriculum vitae"), "diploma": _("Diploma"), "letter": _("Letter"), "other": _("Another paper")},
    "site_degree": {
        "diploma": _("Diploma of the profession"),
        "in-training": _("In training for it"),
        "other-diploma": _("Another diploma"),
        "no-diploma": _("No diploma yet"),
    },
    "service": {"housing": _("Housing"), "childcare": _("Childcare"), "mobility": _("Transport")},
    "service_reason": {
        "none_free": _("No place was free"),
        "too_expensive": _("Too expensive"),
        "too_far": _("Too far"),
        "too_late": _("Too late"),
        "conditions": _("The conditions did not suit"),
        "found_elsewhere": _("Found elsewhere"),
        "other": _("Another reason"),
    },
    "refused_by": {"partner": _("The partner"), "candidate": _("The candidate")},
    "channel": {"phone": _("By phone"), "email": _("By e-mail"), "letter": _("By letter"), "meeting": _("At a meeting"), "forum": _("At a forum")},
    "outreach_outcome": {
        "interested": _("Interested"),
        "later": _("Later"),
        "not_interested": _("Not interested"),
        "not_reached": _("Not reached"),
        "never_again": _("Asked not to be contacted any more"),
    },
    "accompaniment_outcome": {
        "hired": _("Hired"),
        "training": _("In training"),
        "settled": _("Settled"),
        "elsewhere": _("Went elsewhere"),
        "stopped": _("Stopped"),
        "unreachable": _("Cannot be reached"),
    },
    "accompaniment_entry": {"contact": _("Contact"), "step": _("Step"), "training": _("Training"), "visit": _("Visit")},
    "topic": {"recruitment.service_requests": _("Request to a partner")},
    "figures_of": {"services": _("Life services"), "retention": _("Who stays")},
}
