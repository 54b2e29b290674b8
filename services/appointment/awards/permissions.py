"""Who may propose awards."""

from shared.auth import with_role

can_propose_awards = with_role("regional-administrator", "facility-hr-officer")
