"""Who reads the work-list, and how much of it."""

from shared.auth import Caller, with_role

WHOLE = ("regional-administrator", "auditor")
OF_A_FACILITY = ("facility-hr-officer", "head-of-facility")
RESPONSIBLE = ("signatory", "committee-member", "licensing-officer", "training-institute", "mentor", "agreement-focal-point", "pool-coordinator")

can_read_work_list = with_role(*WHOLE, *OF_A_FACILITY, *RESPONSIBLE)


def sees_all(caller: Caller) -> bool:
    """Administrators follow everything in their territory; the others see what waits for their role, and for their facility."""
    return caller.has_role(*WHOLE)
