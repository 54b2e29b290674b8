"""Who may say what became of a visit."""

from services.rotation.agreements.models import Agreement
from services.rotation.sides import STAFF_OF_A_SIDE, can_read_rotation, may_act_for
from shared.auth import Caller, Permission, with_role

can_record_visits = with_role(*STAFF_OF_A_SIDE)
can_read_visits = can_read_rotation


def can_record(caller: Caller, agreement: Agreement) -> Permission:
    """Somebody of either side, or of the authority above."""
    return may_act_for(caller, *agreement.sides)
