"""What training asks the register of decisions to have signed."""

from shared.decisions import DecisionRequest


class DecisionRequested(DecisionRequest):
    """A legal act is proposed, or withdrawn before it was signed (`state`). It takes effect when the register says that it is signed."""

    type = "training.decision_request.made.v1"
    topic = "relais.training.decision_requests"
