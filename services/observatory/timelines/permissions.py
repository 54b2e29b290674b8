"""Who reads careers."""

from shared.auth import with_role

can_read_timelines = with_role("regional-administrator", "signatory", "auditor", "facility-hr-officer", "head-of-facility")
