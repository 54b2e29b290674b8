"""Which service loads each kind of file, and the columns that it reads. A service that learns a new kind is added here."""

from services.portal.texts import _
from services.portal.vocabulary.state import State

IMPORTS: dict[str, tuple[str, str]] = {
    "facilities": ("registry", "code, name, type, level, ownership, area_code, authority, technical_supervisor, host, remoteness, tier, valid_from, valid_to"),
    "posts": ("registry", "reference, facility_code, unit, job_position, occupation_code, specialty, fte, open_from, close_to, is_management"),
    "people": (
        "registry",
        "worker_no, full_name, birth_date, sex, occupation_code, specialty, degree, degree_institution, degree_year, facility_code, employment_type, start_date, status",
    ),
    "assignments": ("registry", "worker_no, post_reference, facility_code, kind, fte_share, start_date, end_date, decision_number, over_filled"),
    "mandates": ("appointment", "worker_no, position_reference, kind, starts_on, ends_on, decision_number, signed_on"),
    "pay_steps": ("appointment", "worker_no, facility_code, scale, step, since, decision_number"),
    "probations": ("appointment", "worker_no, facility_code, starts_on, months, mentor_no"),
    "bonds": ("appointment", "worker_no, facility_code, number, origin, amount, currency, months_due, starts_on, signed_on, breach, paid, paid_on, next_due_on"),
    "past_sessions": ("training", "worker_no, facility_code, course, provider, ends_on, hours"),
    "agreements": (
        "rotation",
        "reference, giver_code, receiver_code, model, programme, number, starts_on, ends_on, signed_on, giver_contact_no, receiver_contact_no, followed_from, specialty, "
        "visits_per_month, techniques",
    ),
    "licences": ("registry", "worker_no, facility_code, number, authority, scope, issued_on, expires_on, status"),
}

# What a file of this kind must say that its headings do not.
NOTES = {
    "agreements": _(
        "One row per specialty that is promised. The rows of one agreement share its reference and say the same about it; they are loaded together or not at all. "
        "Contacts are given by their worker number, specialties by their name or code, techniques by their code; several techniques are separated by a semicolon. "
        "Visits are followed here from the month of followed_from, or from this month on when it is empty; those before stand on paper."
    ),
}

STATES = {
    "asking": State("info-circle", "warn", _("Asks what it holds")),
    "checking": State("hourglass-split", "ink", _("Being checked")),
    "stopped": State("x-circle", "bad", _("Stopped by an error")),
    "writing": State("hourglass-split", "ink", _("Being written")),
}

LABELS = {
    "import_mode": {"add": _("Leave it as it is: add only what is new"), "update": _("Change what the file says otherwise")},
    "import_does": {"add": _("Adds only"), "update": _("Adds and changes")},
    "import_kind": {
        "agreements": _("Agreements"),
        "bonds": _("Service commitments"),
        "licences": _("Licences to practise"),
        "mandates": _("Mandates"),
        "past_sessions": _("Past training sessions"),
        "pay_steps": _("Pay steps"),
        "probations": _("Probations"),
    },
}
