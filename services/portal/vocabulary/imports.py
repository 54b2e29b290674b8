"""Which service loads each kind of file, and the columns that it reads. A service that learns a new kind is added here."""

from services.portal.texts import _
from services.portal.vocabulary.state import State

IMPORTS: dict[str, tuple[str, str]] = {
    "facilities": ("registry", "code, name, type, level, ownership, area_code, authority, technical_supervisor, host, remoteness, tier, valid_from, valid_to"),
    "units": ("registry", "facility_code, code, name, kind, parent, specialty, valid_from, valid_to, name_fr, name_en"),
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
    "seat_capacities": ("training", "facility_code, stream, year, seats, decision"),
    "agreements": (
        "rotation",
        "reference, giver_code, receiver_code, model, programme, number, starts_on, ends_on, signed_on, giver_contact_no, receiver_contact_no, followed_from, specialty, "
        "visits_per_month, techniques",
    ),
    "contacts": ("registry", "reference, full_name, name_in_other_script, birth_date, sex, purpose"),
    "alumni": (
        "rotation",
        "reference, person_reference, home_code, host_code, host_unit, field, starts_on, ends_on, purpose, outcome, informed_on, opted_out_on, today_post, today_place, today_on",
    ),
    "licences": ("registry", "worker_no, facility_code, number, authority, scope, issued_on, expires_on, status"),
}

# What a file of this kind must say that its headings do not.
NOTES = {
    "contacts": _(
        "Guests, students and contacts, such as those who were trained before: few fields and no employment. The reference is your own, and other files name the person by it."
    ),
    "alumni": _("Stays abroad that are over. Load the people first; each row names its person by the reference of that file."),
    "units": _("A unit comes after the one above it, which its row names by code. Load the posts afterwards: a post whose row names a unit by its code or name stands in it."),
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

ENCODINGS = {
    "windows-1252": _("Western Europe, such as French (Windows-1252)"),
    "windows-1256": _("Arabic (Windows-1256)"),
    "windows-1258": _("Vietnamese (Windows-1258)"),
}

LABELS = {
    "encoding": ENCODINGS,
    "import_mode": {"add": _("Leave it as it is: add only what is new"), "update": _("Change what the file says otherwise")},
    "import_does": {"add": _("Adds only"), "update": _("Adds and changes")},
    "import_kind": {
        "agreements": _("Agreements"),
        "alumni": _("Register of alumni"),
        "bonds": _("Service commitments"),
        "contacts": _("People who do not work here"),
        "licences": _("Licences to practise"),
        "mandates": _("Mandates"),
        "past_sessions": _("Past training sessions"),
        "pay_steps": _("Pay steps"),
        "probations": _("Probations"),
        "units": _("Units of facilities"),
    },
}
