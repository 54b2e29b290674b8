"""What this service tells about its audit: the head of each seal, for the observatory to keep."""

from shared.audit_seals import SealedRecords


class AuditSealed(SealedRecords):
    """The registry sealed a batch of its audit."""

    type = "registry.audit.sealed.v1"
    topic = "relais.registry.audit_seals"
