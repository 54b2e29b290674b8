"""What the observatory hears: everything that it counts."""

from services.observatory.replicas import apply, events
from shared.inbox import Consumer

consumer = Consumer("observatory")
consumer.replica(events.AreaState, apply.keep_areas)
consumer.replica(events.FacilityState, apply.keep_facilities)
consumer.replica(events.OccupationState, apply.keep_occupations)
consumer.replica(events.WorkerState, apply.keep_workers)
consumer.replica(events.AssignmentState, apply.keep_assignments)
consumer.replica(events.PolicyState, apply.keep_policies)
consumer.replica(events.HireState, apply.keep_hires)
consumer.derived_tables = apply.DERIVED
