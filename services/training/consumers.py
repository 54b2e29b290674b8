"""What training hears of the others."""

from services.training.mentoring.agreements import hear_agreements
from services.training.sponsorships.decisions import EFFECTS as SPONSORSHIP_EFFECTS
from services.training.sponsorships.replicas import hear_needs_and_probations
from services.training.stays.decisions import EFFECTS as STAY_EFFECTS
from shared.decisions import hear_decisions
from shared.directory import hear_directory
from shared.erasures import NOTHING, hear_erasures
from shared.inbox import Consumer
from shared.persons import hear_persons
from shared.practice import hear_licences

PERSONAL = {
    "enrolments": {"name": NOTHING, "withdrawal_reason": NOTHING},
    "certificates": {"initials": NOTHING, "revocation_reason": NOTHING},
    "credit_entries": {"evidence": NOTHING, "comment": NOTHING},
    "stays": {"report": NOTHING, **dict.fromkeys(("cover_reason", "override_reason", "end_reason"), NOTHING)},
    "sponsorships": dict.fromkeys(("cover_reason", "override_reason", "judged_comment", "board_comment", "outcome_comment", "diploma_number", "end_reason"), NOTHING),
    "sponsorship_progress.sponsorship_id>sponsorships": {"comment": NOTHING},
    "mentoring_entries": {"reassessment": NOTHING, "feedback": NOTHING, "struck_reason": NOTHING},
    "intake_candidates": {"reason": NOTHING},
    "students": {"reason": NOTHING},
    "mentorship_people": {"name": NOTHING},
    "session_trainers": {"name": NOTHING},
}
"""What is said of a person in words: it goes with the file; rows and figures stay."""

consumer = Consumer("training")
hear_directory(consumer)
hear_licences(consumer)
hear_needs_and_probations(consumer)
hear_decisions(consumer, "training", {"stay": STAY_EFFECTS, "sponsorship": SPONSORSHIP_EFFECTS})
hear_agreements(consumer)
hear_persons(consumer)
hear_erasures(consumer, PERSONAL)
