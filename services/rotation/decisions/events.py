"""What rotation asks the register of decisions to file."""

from typing import ClassVar

from shared.decisions import DecisionRequest


class DecisionRequested(DecisionRequest):
    """A mission needs its order: the register files it, a signatory signs it, and rotation hears it."""

    type: ClassVar[str] = "rotation.decision_request.made.v1"
    topic: ClassVar[str] = "relais.rotation.decision_requests"
