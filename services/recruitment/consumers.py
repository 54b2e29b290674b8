"""What recruitment hears of the others."""

from services.recruitment.replicas.apply import keep_facilities, keep_landings, keep_posts
from services.recruitment.replicas.events import AssignmentState, FacilityState, PostState
from shared.inbox import Consumer

consumer = Consumer("recruitment")
consumer.replica(FacilityState, keep_facilities)
consumer.replica(PostState, keep_posts)
consumer.replica(AssignmentState, keep_landings)
consumer.derived_tables = ["facilities", "facility_authorities", "posts", "landings"]
