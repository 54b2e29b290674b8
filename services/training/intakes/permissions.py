"""Who conducts an intake and keeps its students: the institute and the authorities above it, who are those that keep students in the register."""

from services.training.roles import acts_for
from shared.auth import Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _

KEEPERS = ("training-institute", "regional-administrator")

can_conduct_intakes = with_role(*KEEPERS)
can_read_candidates = with_role(*KEEPERS, "auditor")


def can_conduct(caller: Caller, authority_path: str) -> Permission:
    return acts_for(caller, authority_path) if caller.has_role(*KEEPERS) else Refusal("role-missing", _("Your role does not allow this."))
