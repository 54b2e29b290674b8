"""Who may propose, approve and read attraction policies."""

from services.recruitment.policies.models import AttractionPolicy
from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _
from shared.segregation import another_person

can_propose_policies = with_role("regional-administrator")
can_read_policies = with_role("regional-administrator", "signatory", "facility-hr-officer", "head-of-facility", "ministry-analyst", "auditor")


def can_approve(caller: Caller, policy: AttractionPolicy) -> Permission:
    """A signatory or an administrator of the authority, never the person who proposed it."""
    if not caller.has_role("signatory", "regional-administrator"):
        return Refusal("role-missing", _("Only a signatory or a regional administrator approves a policy."))
    if caller.actor == policy.proposed_by:
        return another_person("approver-is-proposer", _("Another person than the one who proposed the policy must approve it."))
    if not caller.manages(policy.authority_path):
        return Refusal("other-authority", _("The policy belongs to another authority."))
    return ALLOWED


def can_propose_for(caller: Caller, authority_path: str) -> Permission:
    """An authority's policy is proposed by those who act for it."""
    return ALLOWED if caller.manages(authority_path) else Refusal("other-authority", _("You do not act for this authority."))
