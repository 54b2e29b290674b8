"""Words of places: how areas change, and what a reorganisation does and touches."""

from services.portal.texts import _
from services.portal.vocabulary.state import State

STATES = {
    "carried_out": State("check2", "good", _("Carried out")),
    "undone": State("arrow-counterclockwise", "", _("Undone")),
}

LABELS = {
    "area_change": {
        "merge": _("merged into"),
        "split": _("divided into"),
        "rename": _("renamed"),
        "recode": _("got another code"),
        "transfer": _("passed to"),
        "upgrade": _("got another rank"),
    },
    "reorganisation_act": {
        "merge-areas": _("Merge areas"),
        "split-area": _("Divide an area"),
        "rename-area": _("Rename an area"),
        "recode-area": _("Give an area another code"),
        "move-facility": _("Place a facility under another authority, supervisor or host"),
        "close-facility": _("Close a facility"),
        "merge-facilities": _("Let a facility take others over"),
        "move-unit": _("Move a unit to another facility"),
        "move-posts": _("Move posts with those who hold them"),
        "merge-posts": _("Posts become one"),
    },
    "territory_kind": {
        "gst": _("Territorial health group (GST)"),
        "ght": _("Territorial hospital group (GHT)"),
        "pool": _("Area of a pool"),
        "satellite-network": _("Network of satellites"),
        "other": _("Other"),
    },
    "touched": {
        "area": _("Areas"),
        "facility": _("Facilities"),
        "facility-link": _("Authorities, supervisors and hosts"),
        "unit": _("Units"),
        "post": _("Posts"),
        "assignment": _("Assignments"),
        "employment": _("Employments"),
        "absence": _("Leave"),
        "hold": _("Held days"),
        "staffing-minimum": _("Minimum staffing"),
        "territory": _("Health territories"),
    },
    "facility_link": {
        "managed_by": _("Managing authority"),
        "supervised_by": _("Technical supervisor"),
        "hosted_by": _("Host"),
    },
    "elsewhere": {
        "mandate": _("Mandates"),
        "case": _("Cases of leaders"),
        "mission-from": _("Missions from here"),
        "mission-to": _("Missions to here"),
        "agreement-giver": _("Agreements that it gives"),
        "agreement-receiver": _("Agreements that it receives"),
        "enrolment": _("Enrolments"),
        "need": _("Recruitment needs"),
        "hire": _("Hires"),
    },
}

ELSEWHERE_PAGES = {
    "mandate": "/mandates?facility=",
    "case": "/cases?facility=",
    "mission-from": "/missions?source=",
    "mission-to": "/missions?destination=",
    "agreement-giver": "/agreements?giver=",
    "agreement-receiver": "/agreements?receiver=",
    "enrolment": "/training/sessions?facility=",
    "need": "/needs?facility=",
    "hire": "/hires?facility=",
}
