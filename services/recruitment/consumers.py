"""What recruitment hears of the others."""

from services.recruitment.hires.decisions import EFFECTS
from services.recruitment.replicas.apply import keep_assignments, keep_posts
from services.recruitment.replicas.events import AssignmentState, PostState
from shared.decisions import hear_decisions
from shared.directory import hear_places
from shared.inbox import Consumer
from shared.practice import hear_licences

consumer = Consumer("recruitment")
hear_places(consumer)
consumer.replica(PostState, keep_posts)
consumer.replica(AssignmentState, keep_assignments)
consumer.derived_tables = [*consumer.derived_tables, "posts", "landings", "fillings"]
hear_licences(consumer)
hear_decisions(consumer, "recruitment", EFFECTS)
