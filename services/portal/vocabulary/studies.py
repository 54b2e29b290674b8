"""Words of stays abroad, sponsored studies, shortage specialties and hard posts."""

from services.portal.texts import _
from services.portal.vocabulary.state import State
from shared import words

STATES = {
    "ordered": State("pen", "good", _("Ordered")),
    "departed": State("airplane", "ink", _("Away")),
    "returned": State("house-check", "warn", _("Back, report due")),
    "reported": State("file-earmark-text", "good", _("Reported")),
    "applied": State("inbox", "ink", _("Applied for")),
    "board_approved": State("hourglass-split", "warn", _("Approved by the board, to sign")),
    "board_refused": State("x-circle", "bad", _("Refused by the board")),
    "bonded": State("link-45deg", "good", _("Bonded")),
    "enrolled": State("mortarboard", "ink", _("Enrolment done")),
    "studying": State("book", "ink", _("Studying")),
    "graduated": State("award", "good", _("Graduated")),
    "abandoned": State("x-circle", "bad", _("Studies given up")),
    "study_returned": State("house-check", "good", _("Back at work")),
}

LABELS = {
    "hard_reason": {
        "remote": _("Remote place"),
        "shortage": _("Shortage specialty"),
        "long_vacant": _("Long vacant"),
        "few_applications": _("Few applications"),
    },
    "hire_conflict": {
        "post-full": _("The post is full."),
        "post-frozen": _("The post is frozen."),
        "post-not-open": _("The post is not open on the first day."),
        "post-of-another-title": _("The post is for another title."),
        "malformed": _("The post has moved to another place."),
        "facility-gone": _("The facility did not exist on the day of the signature."),
        "not-eligible": _("A criterion of the policy was not met on the day of the signature."),
        "no-amount-foreseen": _("The policy foresees no amount for this place and degree."),
        "signed-before-proposed": _("The decision is dated before the proposal."),
        "signatory-is-proposer": _("The person who proposed the hire signed it."),
        "signed-after-withdrawal": _("The hire had been withdrawn when its decision was signed."),
    },
    "stay_kind": {"short_course": _("Short course"), "delegation": _("Delegation")},
    "training_field": words.STAY_FIELDS,
    "programme": words.STUDIES,
    "cost_kind": {"tuition": _("Tuition"), "course_expenses": _("Course expenses"), "salary": _("Salary kept"), "allowance": _("Allowances")},
    "study_outcome": {"graduated": _("Diploma obtained"), "failed": _("No diploma"), "abandoned": _("Studies given up")},
    "standing": {"on_track": _("On track"), "delayed": _("Delayed"), "at_risk": _("At risk")},
    "degree_check": {"verified": _("Verified"), "mismatch": _("does not match"), "forged_suspected": _("suspected forgery")},
    "country": {"CN": _("China"), "FR": _("France"), "VN": _("Viet Nam"), "KR": _("South Korea"), "JP": _("Japan"), "TH": _("Thailand"), "SG": _("Singapore"), "LA": _("Laos")},
    "region": words.REGIONS,
    "due": {
        "study_progress": _("Enter a progress report"),
        "study_return": _("Enter the return from a study"),
        "degree_check": _("Check a diploma with the issuer"),
        "sponsorship_conflicting": _("Settle a study that does not fit"),
    },
}
