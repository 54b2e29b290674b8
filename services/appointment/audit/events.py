"""What this service tells about its audit: the head of each seal, for the observatory to keep."""

from shared.audit_seals import SealedRecords


class AuditSealed(SealedRecords):
    """Appointment sealed a batch of its audit."""

    type = "appointment.audit.sealed.v1"
    topic = "relais.appointment.audit_seals"
