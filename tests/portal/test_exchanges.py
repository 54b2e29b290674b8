"""Pages of exchanges: drawn whole in three languages; a dossier says what is missing; a refusal shows the days that overlap."""

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from services.portal.clients import Refusal
from services.portal.formats import day_short
from services.portal.pages.exchange_placements import STEPS
from tests.portal.answers_exchanges import AGREEMENT, ANSWERS, APPLIED, BACK, CALL, DRAFT, GUEST, PLACEMENT, UNIT, O
from tests.portal.forms import fill
from tests.portal.world import RULE, World, uid

PAGES = [
    *("/exchanges", "/exchanges/new", f"/exchanges/{AGREEMENT}", f"/exchanges/{DRAFT}", f"/exchange-calls/{CALL}"),
    *(f"/exchanges/{AGREEMENT}/new/{what}" for what in ("output", "unit", "call")),
    *("/exchange-placements", *(f"/exchange-placements/{each}" for each in (PLACEMENT, APPLIED, BACK))),
    *(f"/exchange-placements/{PLACEMENT}/steps/{step}" for step in STEPS),
    *("/alumni", "/alumni?field=imaging&decade=1990", "/guest-stays", "/guest-stays/new", f"/guest-stays/{GUEST}", "/my-placement"),
]


@pytest.fixture(autouse=True)
def answers(world: World) -> None:
    world.answers |= ANSWERS


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
def test_pages_are_whole(as_: Callable[..., TestClient], language: str) -> None:
    reader = as_("linh", language)
    for path in PAGES:
        page = reader.get(path)
        assert page.status_code == 200, (path, page.text[:2000])
        assert page.text.count("<h1") == 1, path
        assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", page.text), path
        ids = re.findall(r'\sid="([^"]+)"', page.text)
        assert len(ids) == len(set(ids)), (path, sorted(one for one in set(ids) if ids.count(one) > 1))


def test_an_agreement_of_exchange_has_its_own_page(as_: Callable[..., TestClient]) -> None:
    answer = as_("linh").get(f"/agreements/{AGREEMENT}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/exchanges/{AGREEMENT}")


def test_a_refusal_shows_the_days_that_overlap_and_those_that_would_do(as_: Callable[..., TestClient], world: World) -> None:
    problem = {
        "type": "x/unit-full",
        "title": "A rule refuses this",
        "detail": "Réanimation hosts 2 at a time.",
        "rule": RULE | {"id": "EXC-01", "value": 2},
        "possible": "Stay later.",
        "conflicts": [{"starts_on": "2025-12-01", "ends_on": "2026-02-28"}],
        "nearest": [{"starts_on": "2026-03-01", "ends_on": "2026-08-28"}],
    }
    world.refusals[f"{O}/placements/{PLACEMENT}/acceptance"] = Refusal(409, problem)
    path = f"/exchange-placements/{PLACEMENT}/steps/host"
    answer = fill(as_("hr-bvt", "en"), path, path, host_unit_id=UNIT, supervisor_id=uid(4))
    assert answer.status_code == 409
    for said in ("EXC-01", "Days that overlap", day_short("2026-02-28"), "Nearest days that would do", day_short("2026-08-28")):
        assert said in answer.text, said
    assert f'name="supervisor_id" value="{uid(4)}"' in answer.text  # what was chosen is kept


def test_an_amount_is_sent_in_the_smallest_unit_of_its_currency(as_: Callable[..., TestClient], world: World) -> None:
    world.answers[f"{O}/placements/{PLACEMENT}/scholarship"] = {"id": PLACEMENT}
    path = f"/exchange-placements/{PLACEMENT}/steps/scholarship"
    answer = fill(as_("hr-bvt"), path, path, amount="1 100,50", currency="EUR", months="9", label="CHU")
    assert answer.headers["location"] == f"/exchange-placements/{PLACEMENT}?done=scholarship"
    sent = next(body for method, sent_to, body in world.sent if method == "POST" and sent_to.endswith("/scholarship"))
    assert (sent["amount"], sent["currency"], sent["months"]) == (110_050, "EUR", 9)


def test_who_applies_is_found_by_name_and_what_was_typed_stays(as_: Callable[..., TestClient], world: World) -> None:
    reader, page, action = as_("hr-bvt"), f"/exchange-calls/{CALL}", f"/exchange-calls/{CALL}/applications"
    found = fill(reader, page, action, step="search", q="anh", starts_on="2026-01-05")
    assert 'value="2026-01-05"' in found.text
    assert f'value="{uid(2)}"' in found.text
    world.answers[f"{O}/placements"] = {"id": APPLIED, "items": [], "next": None}
    answer = fill(reader, page, action, person_id=uid(2), starts_on="2026-01-05", ends_on="2026-07-04", purpose="return")
    assert answer.headers["location"] == f"/exchange-placements/{APPLIED}?done=apply"
