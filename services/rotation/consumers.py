"""What rotation hears of the others."""

from services.rotation.missions.effects import EFFECTS
from services.rotation.missions.practice import hear_lost_licences
from services.rotation.missions.shortfalls import hear_shortfalls
from services.rotation.techniques.expected import hear_studies
from shared.decisions import hear_decisions
from shared.directory import hear_directory
from shared.erasures import NOTHING, hear_erasures
from shared.inbox import Consumer
from shared.persons import hear_persons
from shared.practice import hear_licences

PERSONAL = {
    "agreements.giver_contact": {"giver_contact_name": NOTHING},
    "agreements.receiver_contact": {"receiver_contact_name": NOTHING},
    "exchange_placements": dict.fromkeys(("person_name", "motivation", "decision_reason", "review", "reason", "debrief", "today_post", "today_place"), NOTHING),
    "exchange_papers.placement_id>exchange_placements": {"label": NOTHING},
    "exchange_people": {"name": NOTHING},
    "guest_stays": {"person_name": NOTHING, "reason": NOTHING, "permission_number": NOTHING},
    "missions": dict.fromkeys(("handover", "override_reason", "worker_reason", "reason", "evaluation"), NOTHING),
    "mission_reports.mission_id>missions": {"summary": NOTHING},
    "mission_follow_ups.mission_id>missions": {"comment": NOTHING},
}
"""What is said of a person in words: it goes with the file; rows and figures stay."""

consumer = Consumer("rotation")
hear_directory(consumer)
hear_decisions(consumer, "rotation", EFFECTS)
hear_licences(consumer)
hear_lost_licences(consumer)
hear_shortfalls(consumer)
hear_studies(consumer)
hear_persons(consumer)
hear_erasures(consumer, PERSONAL)
