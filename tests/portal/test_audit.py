"""The auditor's page: who did what, with its seal, and choices that stand in the address; and who read one's own file."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.portal.test_pages import test_a_page_is_whole as whole
from tests.portal.world import World, uid

As = Callable[..., TestClient]
RECORD: dict[str, Any] = {
    "record": 812,
    "recorded_at": "2025-09-30T02:00:00Z",
    "done_on": "2025-09-30",
    "entered_afterwards": False,
    "act": "need.validated",
    "actor": {"kind": "account", "account": "b7"},
    "request_id": "r1",
    "differences": [{"field": "state", "before": "identified", "after": "validated"}],
    "subject_kind": "need",
    "subject_id": uid(7),
    "for_whom": ["a3"],
    "trace_id": "t",
    "seal": 4,
}
SEAL = {"seals": 4, "sealed_to": 815, "sealed_at": "2025-09-30T02:00:01Z", "head": "ab" * 32, "key_id": "0f"}
READ = {"read_at": "2025-09-30T02:00:00Z", "what": "person", "fields": ["birth", "sex"], "by_you": False, "account": "b7", "name": "Trần Thị Mai"}


@pytest.fixture(autouse=True)
def answers(world: World) -> None:
    for service in ("registry", "recruitment"):
        world.answers |= {f"/api/v1/{service}/audit": {"items": [RECORD], "next": "c2"}, f"/api/v1/{service}/audit/seals/last": SEAL}
    world.answers["/api/v1/registry/me/reads"] = {"items": [READ], "next": None}


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
@pytest.mark.parametrize("path", ["/audit", "/audit?service=recruitment&who=b7&from=2025-01-01", "/reads"])
def test_a_page_is_whole(as_: As, path: str, language: str) -> None:
    whole(as_, path, language)


def test_a_record_says_who_in_whose_place_and_its_seal(as_: As) -> None:
    text = as_("linh").get("/audit?service=recruitment&who=b7").text
    for said in ("Account b7", "in place of account a3", "Seal 4", SEAL["head"], f'href="/needs/{uid(7)}"'):
        assert said in text
    assert re.search(r'href="/audit\?service=recruitment&amp;[^"]*who=b7&amp;[^"]*cursor=c2"', text)


def test_the_choices_are_asked_of_the_service(as_: As, world: World) -> None:
    as_("linh").get("/audit?service=recruitment&act=reads&from=2025-01-01")
    asked = next(params for _method, path, params in world.sent if path == "/api/v1/recruitment/audit")
    assert {name: value for name, value in asked.items() if value} == {"act": "reads", "from": "2025-01-01"}


def test_whoever_read_my_file_is_named(as_: As) -> None:
    text = as_("linh").get("/reads").text
    assert "Trần Thị Mai" in text
    assert "birth date, sex" in text
