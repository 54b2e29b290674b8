"""Who gives, revokes and prints certificates."""

from services.training.certificates.models import Certificate
from services.training.roles import acts_for, can_organise_training
from shared.auth import ALLOWED, Caller, Permission, path_of


def can_revoke(caller: Caller, certificate: Certificate) -> Permission:
    """The authority or facility that gave it."""
    allowed = can_organise_training(caller)
    if allowed is not ALLOWED or certificate.authority in caller.parties:
        return allowed
    return acts_for(caller, path_of(certificate.authority))
