"""Which purposes a role opens: whoever manages workers alone finds no candidate, student, guest or contact."""

from collections.abc import Iterable, Mapping

from services.registry.persons.models import Purpose
from shared.auth import ALLOWED, Caller, Permission
from shared.errors import Refusal
from shared.i18n import _

_ALL = ("regional-administrator", "auditor")
# The same as the database's `purposes_open` says (migration 0051): a test compares them.
OPENERS: Mapping[Purpose, tuple[str, ...]] = {
    "worker": (
        *_ALL, "facility-hr-officer", "head-of-facility", "signatory", "committee-member", "licensing-officer", "training-institute", "agreement-focal-point", "pool-coordinator",
        "registry.read", "registry.extract",
    ),
    "candidate": (*_ALL, "facility-hr-officer", "signatory", "committee-member", "pool-coordinator", "adviser"),
    "student": (*_ALL, "training-institute"),
    "guest": (*_ALL, "agreement-focal-point"),
    "contact": (*_ALL, "agreement-focal-point", "pool-coordinator", "adviser"),
}  # fmt: skip


def purposes_open_to(caller: Caller) -> list[Purpose]:
    """For which purposes a person must be kept for the caller to find them. A machine has scopes, a person roles."""
    return [purpose for purpose, openers in OPENERS.items() if caller.has_role(*openers) or caller.scopes & set(openers)]


def can_keep_for(caller: Caller, purposes: Iterable[Purpose]) -> Permission:
    """Nobody registers, for a purpose, a person whom they could not find afterwards."""
    if set(purposes) <= set(purposes_open_to(caller)):
        return ALLOWED
    return Refusal("purpose-not-yours", _("Your role does not keep persons for this purpose."))
