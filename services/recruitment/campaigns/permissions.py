"""Who may draft, publish and read campaigns."""

from services.recruitment.campaigns.models import Campaign
from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _

can_draft_campaigns = with_role("regional-administrator")
can_read_campaigns = with_role("regional-administrator", "facility-hr-officer", "head-of-facility", "signatory", "auditor")


def can_publish(caller: Caller, campaign: Campaign) -> Permission:
    """A regional administrator of the authority."""
    if not caller.has_role("regional-administrator"):
        return Refusal("role-missing", _("Only a regional administrator publishes a campaign."))
    return ALLOWED if caller.manages(campaign.authority_path) else Refusal("other-authority", _("The campaign belongs to another authority."))


def can_draft_for(caller: Caller, authority_path: str) -> Permission:
    return ALLOWED if caller.manages(authority_path) else Refusal("other-authority", _("You do not act for this authority."))
