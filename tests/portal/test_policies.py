"""The policy form: what the terms mean is shown before anything is recorded, and every field that is wrong is named."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from services.portal.clients import Refusal
from tests.portal.forms import fill
from tests.portal.test_pages import test_a_page_is_whole as whole
from tests.portal.world import POLICY, RULE, H, World

As = Callable[..., TestClient]
PAGE = "/policies/new"
PREVIEWS = "/api/v1/appointment/commitment-previews"
TYPED: dict[str, Any] = {
    "resolution_no": "28/2023/NQ-HĐND", "title": "Thu hút bác sĩ", "authority": "VN-22", "valid_from": "2023-12-08", "valid_to": "2025-12-31", "target_hires": "298", "citation": "Nghị quyết 28",
    "occupations": ["VN-BS", "VN-BSCK"], "excluded": ["VN-BSYHCT"], "excludes_former_public_staff": "true", "tier_provincial_resident": "550 000 000", "tier_remote-centre_ck1": "700 000 000",
    "years_experienced": "5", "years_new_graduate": "7", "pay_percent_1": "60", "pay_months_1": "0", "pay_percent_3": "40", "pay_months_3": "24", "breach_kind": "TIERED",
    "step_months_2": "12", "step_percent_2": "100", "multiple": "5", "confidence": "to_confirm",
}  # fmt: skip
SCHEDULE = [{"percent": 60, "months_after_start": 0}, {"percent": 40, "months_after_start": 24}]
BREACH = {"kind": "TIERED", "confidence": "to_confirm", "steps": [{"before_months": 12, "percent": 100}]}
PREVIEW = {
    "currency": "VND", "free_on": "2028-12-07", "rule": RULE | {"id": "COM-02", "value": "TIERED"},
    "payments": [{"percent": 60, "due_on": "2023-12-08", "amount": 420_000_000}, {"percent": 40, "due_on": "2025-12-08", "amount": 280_000_000}],
    "owed": [{"months": 18, "on": "2025-06-07", "paid": 420_000_000, "amount": 123_456_789, "formula": "the formula"}],
}  # fmt: skip


def send(as_: As, **changes: Any) -> httpx.Response:
    return fill(as_("linh"), PAGE, PAGE, **(TYPED | changes))


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
def test_pages_are_whole(as_: As, language: str) -> None:
    whole(as_, PAGE, language)


def test_only_who_may_propose_is_offered_it(as_: As) -> None:
    assert f'href="{PAGE}"' in as_("linh").get("/policies").text
    assert f'href="{PAGE}"' not in as_("analyst").get("/policies").text


def test_a_policy_is_proposed_as_typed(as_: As, world: World) -> None:
    world.answers[f"{H}/policies"] = {"id": POLICY}
    answered = send(as_)
    assert answered.headers["location"] == f"/policies/{POLICY}?done=proposed"
    body = world.sent[-1][2]
    assert body["eligible"] == {"occupations": ["VN-BS", "VN-BSCK"], "excluded_occupations": ["VN-BSYHCT"], "excludes_former_public_staff": True}
    assert body["tiers"] == [
        {"facility_group": "provincial", "degree": "resident", "amount": 550_000_000},
        {"facility_group": "remote-centre", "degree": "ck1", "amount": 700_000_000},
    ]
    assert (body["target_hires"], body["commitment_years"], body["payment_schedule"], body["breach_policy"]) == (298, {"experienced": 5, "new_graduate": 7}, SCHEDULE, BREACH)


def test_a_preview_asks_who_keeps_commitments_and_records_nothing(as_: As, world: World) -> None:
    world.answers[PREVIEWS] = PREVIEW
    answered = send(as_, step="preview", preview_months="18")
    assert answered.status_code == 200
    for expected in ("What is paid when", "123,456,789", "the formula", "COM-02", 'value="28/2023/NQ-HĐND"', 'value="550 000 000"'):
        assert expected in answered.text
    asked = [body for _method, path, body in world.sent if path == PREVIEWS]
    assert [(ask["amount"], ask["months_due"], ask["starts_on"]) for ask in asked] == [(700_000_000, 60, "2023-12-08"), (700_000_000, 84, "2023-12-08")]
    assert (asked[0]["after_months"], asked[1]["after_months"]) == ([6, 12, 18, 24, 36, 48], [6, 12, 18, 24, 36, 48, 60])
    assert asked[0]["payment_schedule"] == SCHEDULE
    assert not [path for method, path, _body in world.sent if (method, path) == ("POST", f"{H}/policies")]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("amount", "preview_amount"),
        ("after_months.0", "preview_months"),
        ("payment_schedule", "pay_percent_1"),
        ("months_due", "years_experienced"),
        ("breach_policy", "step_months_1"),
    ],
)
def test_a_preview_that_cannot_be_names_the_field(as_: As, world: World, path: str, field: str) -> None:
    world.refusals[PREVIEWS] = Refusal(422, {"title": "", "fields": [{"path": path, "reason": "No."}]})
    answered = send(as_, step="preview")
    assert answered.status_code == 422
    assert f'href="#{field}"' in answered.text
    assert f'id="{field}"' in answered.text


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("payment_schedule.1.percent", "pay_percent_3"),
        ("payment_schedule.1.months_after_start", "pay_months_3"),
        ("breach_policy.steps.0.percent", "step_percent_2"),
        ("breach_policy.citation", "breach_citation"),
        ("tiers.1.amount", "tier_remote-centre_ck1"),
        ("tiers", "tier_provincial_resident"),
        ("eligible.occupations", "occupations"),
        ("commitment_years.new_graduate", "years_new_graduate"),
        ("body", "valid_to"),
        ("citation", "citation"),
    ],
)
def test_what_is_wrong_is_named_where_it_was_typed(as_: As, world: World, path: str, field: str) -> None:
    world.refusals[f"POST {H}/policies"] = Refusal(422, {"title": "", "fields": [{"path": path, "reason": "No."}]})
    answered = send(as_)
    assert answered.status_code == 422
    assert f'href="#{field}"' in answered.text
    assert f'id="{field}"' in answered.text
    assert 'value="550 000 000"' in answered.text


def test_a_rule_that_refuses_is_shown_and_all_is_kept(as_: As, world: World) -> None:
    problem = {"title": "A rule refuses this", "detail": "The reference is taken.", "rule": RULE | {"id": "REF"}, "possible": "Choose another one."}
    world.refusals[f"POST {H}/policies"] = Refusal(409, problem)
    answered = send(as_)
    assert answered.status_code == 409
    for expected in ("REF", "Choose another one.", 'id="occupations-VN-BSCK" name="occupations" value="VN-BSCK" checked', 'value="TIERED" required checked'):
        assert expected in answered.text
