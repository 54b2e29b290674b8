"""What this service tells about its audit: the head of each seal, for appointment to keep."""

from shared.audit_seals import SealedRecords


class AuditSealed(SealedRecords):
    """The observatory sealed a batch of its audit."""

    type = "observatory.audit.sealed.v1"
    topic = "relais.observatory.audit_seals"
