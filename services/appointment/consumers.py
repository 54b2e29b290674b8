"""What appointment hears of the others."""

from services.appointment.audit.keeping import hear_seals
from services.appointment.commitments.leaving import hear_leavers
from services.appointment.commitments.opening import hear_hires, hear_studies
from services.appointment.commitments.placements import hear_placements
from services.appointment.decisions.hearing import hear_requests
from services.appointment.personnel import hear_personnel
from shared.directory import hear_directory
from shared.erasures import NOTHING, Personal, hear_erasures
from shared.inbox import Consumer
from shared.persons import hear_persons
from shared.practice import hear_licences

PERSONAL: Personal = {
    "commitments": {"contest_reason": NOTHING, "waiver_reason": NOTHING},
    "succession_entries": {"reason": NOTHING, "added_because": NOTHING, "development": "'{}'::text[]"},
    "appointment_cases.nominee_id": {"reason": NOTHING, "stopped_note": NOTHING},
    "probations": {
        "outcome_reason": NOTHING,
        "ended_reason": NOTHING,
        **{report: f"""{report} || '{{"text": "—"}}'""" for report in ("mentor_report", "self_report", "head_opinion")},
    },
    "refused_absences.probation_id>probations": {"reason": NOTHING},
    "pay_steps": {"early_reason": NOTHING},
    "pay_step_list_lines.pay_step_id>pay_steps": {"early_reason": NOTHING},
    "awards": {"achievement": NOTHING, "evidence": NOTHING},
}
"""What is said of a person in words: it goes with the file; rows and figures stay."""

consumer = Consumer("appointment")
hear_directory(consumer)
hear_licences(consumer)
hear_requests(consumer)
hear_personnel(consumer)
hear_hires(consumer)
hear_studies(consumer)
hear_placements(consumer)
hear_leavers(consumer)
hear_seals(consumer)
hear_persons(consumer)
hear_erasures(consumer, PERSONAL)
