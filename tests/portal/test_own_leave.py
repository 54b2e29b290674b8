"""My leave on a phone, and calendars: whole in each language, a refusal keeps what was typed, an address is shown once."""

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from services.portal.clients import Refusal
from tests.portal.answers_availability import REFUSED, absence
from tests.portal.forms import fill
from tests.portal.world import World, allowed, page, uid

R = "/api/v1/registry"
ME = f"{R}/persons/me"
BALANCE = {
    "person_id": uid(1), "year": 2025, "as_of": "2025-10-01", "serves_since": "2015-03-01", "years_of_service": 10, "entitled": 14, "taken": 5, "planned": 5, "asked": 2, "left": 8,
    "carried": 6, "carried_until": "2025-03-31", "lapsed": 2,
    "rule": {"id": "LEA-BALANCE", "value": {"days": 12}, "unit": "", "citation": "Labour Code 45/2019/QH14, articles 113 and 114", "confidence": "to_confirm"},
}  # fmt: skip
CALENDAR = {"id": uid(941), "facility_code": "VN-22-BVT", "unit": "Khoa Ngoại", "made_on": "2025-09-01", "revoked_on": None, "address": None}


@pytest.fixture(autouse=True)
def registry(world: World) -> World:
    world.answers |= {
        f"{ME}/leave-balance": BALANCE,
        f"{ME}/absences": page(absence(uid(901), available_actions=allowed("withdraw")), absence(uid(902), state="refused", reason="two are away", available_actions=[])),
        f"{R}/calendars": page(CALENDAR, CALENDAR | {"id": uid(942), "facility_code": None, "unit": None, "revoked_on": "2025-09-09"}),
    }
    return world


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
@pytest.mark.parametrize("path", ["/my-file/leave", "/my-file/leave?type=annual&starts_on=2025-11-06&ends_on=2025-11-10", "/calendars"])
def test_a_page_is_whole(as_: Callable[..., TestClient], path: str, language: str) -> None:
    shown = as_("hr-bvt", language).get(path)
    assert shown.status_code == 200
    assert shown.text.count("<h1") == 1


def test_what_is_left_and_what_may_be_taken_back(as_: Callable[..., TestClient]) -> None:
    shown = as_("hr-bvt", "en").get("/my-file/leave").text
    assert "8 working days" in shown
    assert "6 working days" in shown
    assert "2 lapsed" in shown
    assert f"/my-file/leave/{uid(901)}/withdrawal" in shown
    assert f"/my-file/leave/{uid(902)}/withdrawal" not in shown
    assert "two are away" in shown


def test_a_refusal_offers_the_nearest_days_and_keeps_what_was_typed(as_: Callable[..., TestClient], world: World) -> None:
    world.refusals[f"POST {ME}/absences"] = Refusal(409, REFUSED)
    reader = as_("hr-bvt", "en")
    world.answers[f"{ME}/absences"] = page()
    answer = fill(reader, "/my-file/leave", "/my-file/leave", type="annual", starts_on="2025-11-03", ends_on="2025-11-07")
    assert answer.status_code == 409
    assert "/my-file/leave?type=annual&amp;starts_on=2025-11-06&amp;ends_on=2025-11-10" in answer.text
    assert 'value="2025-11-03"' in answer.text


def test_an_address_is_shown_once(as_: Callable[..., TestClient], world: World) -> None:
    reader = as_("hr-bvt", "en")
    shown = reader.get("/calendars").text
    assert ".ics" not in shown
    world.answers[f"{R}/calendars"] = page(CALENDAR) | CALENDAR | {"address": "https://relais/api/v1/registry/calendars/feed/secret.ics"}
    answer = fill(reader, "/calendars", "/calendars", facility_code="VN-22-BVT")
    assert answer.status_code == 201
    assert "feed/secret.ics" in answer.text
