"""What the register hears: the requests of every service that proposes legal acts."""

from services.appointment.decisions.filing import hear_request
from shared.decisions import DecisionRequest
from shared.inbox import Consumer


class RecruitmentRequest(DecisionRequest):
    """What recruitment proposes: hires."""

    type = "recruitment.decision_request.made.v1"
    topic = "relais.recruitment.decision_requests"


class TrainingRequest(DecisionRequest):
    """What training proposes: stays abroad, sponsorships."""

    type = "training.decision_request.made.v1"
    topic = "relais.training.decision_requests"


class RotationRequest(DecisionRequest):
    """What rotation proposes: missions."""

    type = "rotation.decision_request.made.v1"
    topic = "relais.rotation.decision_requests"


def hear_requests(consumer: Consumer) -> None:
    for request in (RecruitmentRequest, TrainingRequest, RotationRequest):
        consumer.on(request, hear_request)
