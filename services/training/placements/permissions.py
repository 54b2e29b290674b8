"""The host offers places; the institute, or an authority above it, books them."""

from services.training.roles import ORGANISERS, acts_for
from shared.auth import Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _

HOSTS = ("facility-hr-officer", "head-of-facility", "regional-administrator")
BOOKERS = ("training-institute", "regional-administrator")

can_offer_places = with_role(*HOSTS)
can_book_places = with_role(*BOOKERS)
can_read_places = with_role(*ORGANISERS, "head-of-facility", "signatory", "auditor", "ministry-analyst")


def can_offer(caller: Caller, authority_path: str) -> Permission:
    return acts_for(caller, authority_path) if caller.has_role(*HOSTS) else Refusal("role-missing", _("Your role does not allow this."))


def can_book(caller: Caller, authority_path: str) -> Permission:
    return acts_for(caller, authority_path) if caller.has_role(*BOOKERS) else Refusal("role-missing", _("Your role does not allow this."))
