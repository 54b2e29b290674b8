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
    "enrolments": {"withdrawal_reason": NOTHING},
    "certificates": {"initials": NOTHING},
    "credit_entries": {"evidence": NOTHING, "comment": NOTHING},
    "stays": {"end_reason": NOTHING},
    "sponsorships": {"judged_comment": NOTHING, "board_comment": NOTHING, "outcome_comment": NOTHING},
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
