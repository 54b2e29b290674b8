"""What the observatory hears: everything that it counts, lists or reminds of."""

from services.observatory.replicas import apply, events
from services.observatory.replicas.dues import DUES
from services.observatory.replicas.facts import FACTS
from services.observatory.replicas.seals import SEALS
from shared.audit_keeping import keep_seals
from shared.erasures import hear_erasures
from shared.inbox import Consumer
from shared.persons import hear_persons

consumer = Consumer("observatory")
consumer.replica(events.AreaState, apply.keep_areas)
consumer.replica(events.FacilityState, apply.keep_facilities)
consumer.replica(events.OccupationState, apply.keep_occupations)
consumer.replica(events.WorkerState, apply.keep_workers)
consumer.replica(events.AssignmentState, apply.keep_assignments)
consumer.replica(events.PostState, apply.keep_posts)
consumer.replica(events.PolicyState, apply.keep_policies)
for fact in FACTS:
    consumer.replica(fact, apply.keep_facts)
for due in DUES:
    consumer.replica(due, apply.keep_dues)
for seal in SEALS:
    consumer.replica(seal, keep_seals)
consumer.derived_tables = apply.DERIVED
hear_persons(consumer)
hear_erasures(consumer)
