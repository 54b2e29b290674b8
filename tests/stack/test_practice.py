"""A revocation is known to every service that decides by it within a minute, on a running system."""

from uuid import uuid4

import pytest

from deploy.local.stack import RunningStack
from tests.support.system import call, until

pytestmark = [pytest.mark.stack, pytest.mark.embedded]

SERVICES = ("registry", "recruitment", "training", "appointment", "rotation")


def enter(stack: RunningStack, who: str, path: str, body: dict[str, object]) -> dict[str, object]:
    status, answer = call(stack.account(who), f"{stack.public_url}/api/v1/registry/{path}", "POST", body)
    assert status == 201, answer
    return answer  # type: ignore[no-any-return]


def may_practise(stack: RunningStack, person: object) -> dict[str, object]:
    """What each service answers; a service that has heard nothing yet answers nothing."""
    answers = {}
    for service in SERVICES:
        status, answer = call(stack.account("linh"), f"{stack.public_url}/api/v1/{service}/practice/{person}")
        answers[service] = answer["may_practise"] if status == 200 else None
    return answers


def test_every_service_knows_within_a_minute(stack: RunningStack) -> None:
    person = enter(stack, "linh", "persons", {"names": [{"kind": "legal", "value": "Đặng Văn Thử"}], "birth_date": "1980-02-03", "sex": "male", "purposes": ["worker"]})["id"]
    licence = {"person_id": person, "number": f"T-{uuid4().hex[:10]}", "authority": "Sở Y tế Quảng Ninh", "scope": ["surgery"], "issued_on": "2015-01-01"}
    known = enter(stack, "licensing", "licences", licence)
    until(lambda: may_practise(stack, person) == dict.fromkeys(SERVICES, True), "every service knows of the licence", seconds=60)
    enter(stack, "licensing", f"licences/{known['id']}/revocation", {"from_day": "2015-01-02", "reason": "court"})
    until(lambda: may_practise(stack, person) == dict.fromkeys(SERVICES, False), "every service knows of the revocation", seconds=60)
