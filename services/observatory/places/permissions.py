"""Who reads the situation of a place, and who sees people in it."""

from services.observatory.figures.permissions import HUMAN_RESOURCES, OF_A_FACILITY, can_read_figures
from shared.auth import Caller

can_read_situations = can_read_figures


def sees_people(caller: Caller) -> bool:
    """Lines about one person are for human resources; the others see how many."""
    return caller.has_role(*HUMAN_RESOURCES, *OF_A_FACILITY)
