"""What appointment hears of the others."""

from services.appointment.audit.keeping import hear_seals
from services.appointment.commitments.leaving import hear_leavers
from services.appointment.commitments.opening import hear_hires, hear_studies
from services.appointment.decisions.hearing import hear_requests
from services.appointment.personnel import hear_personnel
from shared.directory import hear_directory
from shared.inbox import Consumer
from shared.practice import hear_licences

consumer = Consumer("appointment")
hear_directory(consumer)
hear_licences(consumer)
hear_requests(consumer)
hear_personnel(consumer)
hear_hires(consumer)
hear_studies(consumer)
hear_leavers(consumer)
hear_seals(consumer)
