"""What the personnel features hear: who took up a post, where people work, and which of their days of absence do not count."""

from services.appointment.absences.apply import keep_absences
from services.appointment.absences.events import AbsenceState
from services.appointment.pay_steps.following import AssignedPerson, follow_assigned
from services.appointment.probations.opening import HiredAssignment, follow_hired
from shared.inbox import Consumer


def hear_personnel(consumer: Consumer) -> None:
    """Absences first: a probation that opens counts them."""
    consumer.replica(AbsenceState, keep_absences)
    consumer.replica(HiredAssignment, follow_hired)
    consumer.replica(AssignedPerson, follow_assigned)
