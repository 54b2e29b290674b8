"""Who may propose benefits."""

from shared.auth import with_role

can_propose_benefits = with_role("regional-administrator", "facility-hr-officer")
