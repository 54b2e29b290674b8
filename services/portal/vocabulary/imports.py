"""Which service loads each kind of file, and the columns that it reads. A service that learns a new kind is added here."""

from services.portal.texts import _

IMPORTS: dict[str, tuple[str, str]] = {
    "facilities": ("registry", "code, name, type, level, ownership, area_code, authority, technical_supervisor, host, remoteness, tier, valid_from, valid_to"),
    "posts": ("registry", "reference, facility_code, unit, job_position, occupation_code, specialty, fte, open_from, close_to, is_management"),
    "people": (
        "registry",
        "worker_no, full_name, birth_date, sex, occupation_code, specialty, degree, degree_institution, degree_year, facility_code, employment_type, start_date, status",
    ),
    "assignments": ("registry", "worker_no, post_reference, facility_code, kind, fte_share, start_date, end_date, decision_number"),
    "mandates": ("appointment", "worker_no, position_reference, kind, starts_on, ends_on, decision_number, signed_on"),
    "pay_steps": ("appointment", "worker_no, facility_code, scale, step, since, decision_number"),
    "probations": ("appointment", "worker_no, facility_code, starts_on, months, mentor_no"),
    "bonds": ("appointment", "worker_no, facility_code, number, origin, amount, currency, months_due, starts_on, signed_on, breach, paid, paid_on, next_due_on"),
    "past_sessions": ("training", "worker_no, facility_code, course, provider, ends_on, hours"),
    "licences": ("registry", "worker_no, facility_code, number, authority, scope, issued_on, expires_on, status"),
}

LABELS = {
    "import_kind": {
        "bonds": _("Service commitments"),
        "licences": _("Licences to practise"),
        "mandates": _("Mandates"),
        "past_sessions": _("Past training sessions"),
        "pay_steps": _("Pay steps"),
        "probations": _("Probations"),
    }
}
