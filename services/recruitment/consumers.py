"""What recruitment hears of the others."""

from services.recruitment.hires.decisions import EFFECTS
from services.recruitment.replicas.apply import keep_assignments, keep_posts
from services.recruitment.replicas.events import AssignmentState, PostState
from shared.decisions import hear_decisions
from shared.directory import hear_places
from shared.erasures import NOTHING, Personal, hear_erasures
from shared.inbox import Consumer
from shared.persons import hear_persons
from shared.practice import hear_licences

PERSONAL: Personal = {
    "candidacies": {"comment": NOTHING},
    "hires": {"withdrawal_reason": NOTHING},
    "offers": {"reason": NOTHING},
    "profiles": {"note": NOTHING},
    "matches": {"reason": NOTHING},
    "applications": {"message": NOTHING, "key_hash": None, "key_expires_on": None},
    "application_choices.application_id>applications": {"reason": NOTHING},
    "application_steps.application_id>applications": {"note": NOTHING},
    "outreaches": {"words": NOTHING},
    "accompaniments": {"goal": NOTHING, "next_step": None, "next_on": None, "outcome_words": NOTHING},
    "accompaniment_entries": {"words": NOTHING},
    "service_requests": {"wanted": NOTHING, "words": NOTHING},
    "application_files": {"sha256": None},
    "contest_applications": {"reason": NOTHING, "appeal": NOTHING, "answer": NOTHING, "key_hash": None, "key_expires_on": None},
    "contest_results.application_id>contest_applications": {"left_why": NOTHING},
}
"""What is said of a person in words: it goes with the file; rows and figures stay."""

OF_ACCOUNTS: Personal = {"accompaniments.adviser": {"adviser_name": NOTHING}}
"""Names that stand beside the account of whoever signed in."""

consumer = Consumer("recruitment")
hear_places(consumer)
consumer.replica(PostState, keep_posts)
consumer.replica(AssignmentState, keep_assignments)
consumer.derived_tables = [*consumer.derived_tables, "posts", "landings", "fillings"]
hear_licences(consumer)
hear_decisions(consumer, "recruitment", EFFECTS)
hear_persons(consumer)
hear_erasures(consumer, PERSONAL, by_account=OF_ACCOUNTS)
