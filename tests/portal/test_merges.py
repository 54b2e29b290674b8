"""One person, one record: seen before it is proposed, confirmed by another officer, undone; the retired record leads to the one that stays."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.portal.clients import Refusal, ServiceAway
from tests.portal.forms import fill
from tests.portal.test_duplicates import OURS, PAIR
from tests.portal.test_pages import test_a_page_is_whole as whole
from tests.portal.world import PEOPLE, RULE, World, allowed, card, page, uid

As = Callable[..., TestClient]
API = "/api/v1/registry/merges"
OTHER = OURS | {"person_id": uid(2), "card": card(uid(2), 1986)}
NEW = f"/merges/new?surviving={uid(1)}&retired={uid(2)}"


def rows(table: str, state: str = "moved", constraint: str | None = None, n: int = 1) -> dict[str, Any]:
    return {"table": table, "state": state, "constraint": constraint, "rows": n, "records": [{"id": uid(1)}]}


MOVED = [rows("assignments", n=3), rows("assignments", "left", "one_primary_assignment"), rows("person_contacts", "left", "contact_once")]
TRIED = {"surviving": OURS, "retired": OTHER, "differs": PAIR["differs"], "refused": None, "rows": MOVED}
IN_SERVICE = {"state": "merged", "rows": [rows("missions", n=2)], "written_since": []}
SAME = {"reason": "Cùng căn cước", "proposed_on": "2025-09-29", "surviving": OURS, "retired": OTHER, "differs": PAIR["differs"], "version": 1, "decided_reason": None}
REGISTRY = {"state": "merged", "rows": MOVED, "written_since": [{"table": "holds", "rows": 2}]}
PROPOSED: dict[str, Any] = SAME | {
    "id": uid(830),
    "state": "proposed",
    "decided_on": None,
    "undone_on": None,
    "undone_reason": None,
    "available_actions": allowed("confirm", "reject"),
}
PROPOSED |= {"registry": {"state": "unheard", "rows": [], "written_since": []}}
STANDING = PROPOSED | {"id": uid(831), "state": "standing", "decided_on": "2025-09-30", "available_actions": allowed("undo"), "registry": REGISTRY}
UNDONE = STANDING | {"id": uid(832), "state": "undone", "undone_on": "2025-10-01", "undone_reason": "Chị em", "available_actions": [], "registry": REGISTRY | {"state": "unmerged"}}


@pytest.fixture(autouse=True)
def answers(world: World) -> None:
    world.answers |= {API: page(PROPOSED, STANDING), f"{API}/tried": TRIED, f"/api/v1/registry/duplicates/{PAIR['id']}": PAIR}
    world.answers |= {f"{API}/{one['id']}": one for one in (PROPOSED, STANDING, UNDONE)}
    for service in ("recruitment", "training", "appointment", "rotation", "observatory"):
        world.answers[f"/api/v1/{service}/merges/tried"] = IN_SERVICE["rows"]
        world.answers |= {f"/api/v1/{service}/merges/{one['id']}": IN_SERVICE for one in (STANDING, UNDONE)}


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
@pytest.mark.parametrize("path", ["/merges", NEW, *(f"/merges/{one['id']}" for one in (PROPOSED, STANDING, UNDONE))])
def test_pages_are_whole(as_: As, path: str, language: str) -> None:
    whole(as_, path, language)


def test_before_it_is_proposed_what_moves_in_which_part_and_what_cannot(as_: As, world: World) -> None:
    assert f"/merges/new?surviving={uid(1)}&amp;retired={uid(2)}" in as_("linh").get(f"/duplicates/{PAIR['id']}").text
    world.refusals["GET /api/v1/training/merges/tried"] = ServiceAway()  # type: ignore[assignment]
    text = as_("linh").get(NEW).text
    for said in ("Assignments (3)", "two primary assignments on the same days", "Missions (2)", "This part does not answer", "Let the other record stay", PEOPLE[uid(2)]):
        assert said in text, said


def test_a_merge_that_a_rule_refuses_is_not_offered(as_: As, world: World) -> None:
    world.answers[f"{API}/tried"] = TRIED | {
        "refused": {"title": "A rule refuses this", "detail": "The two papers differ.", "rule": RULE, "possible": "Compare them.", "fields": []}
    }
    text = as_("linh").get(NEW).text
    assert "The two papers differ." in text and "Propose the merge" not in text


def test_proposed_confirmed_and_undone(as_: As, world: World) -> None:
    client = as_("linh")
    world.answers[API] = PROPOSED
    assert fill(client, NEW, "/merges", reason="Same card").headers["location"] == f"/merges/{uid(830)}?done=proposed"
    assert world.sent[-1] == ("POST", API, {"surviving_id": uid(1), "retired_id": uid(2), "reason": "Same card"})
    for merge, act, field, body in (
        (PROPOSED, "confirmation", "comment", {}),
        (PROPOSED, "rejection", "reason", {"reason": "Two people"}),
        (STANDING, "undoing", "reason", {"reason": "Two people"}),
    ):
        path = f"/merges/{merge['id']}"
        world.answers[f"{API}/{merge['id']}/{act}"] = merge
        assert fill(client, path, f"{path}/{act}", **({field: "Two people"} if body else {})).status_code == 303
        assert world.sent[-1] == ("POST", f"{API}/{merge['id']}/{act}", body)


def test_whoever_proposed_reads_why_another_confirms(as_: As, world: World) -> None:
    refused = {"act": "confirm", "allowed": False, "reason": "Another person confirms a merge.", "rule": RULE, "possible": "Ask a colleague who may do this."}
    world.answers[f"{API}/{PROPOSED['id']}"] = PROPOSED | {"available_actions": [refused, *allowed("reject")]}
    text = as_("linh").get(f"/merges/{PROPOSED['id']}").text
    assert "Another person confirms a merge." in text and "Confirm: they are one person" not in text


def test_whoever_undoes_reads_what_was_written_since(as_: As) -> None:
    text = as_("linh").get(f"/merges/{STANDING['id']}").text
    assert "Written since in Registry" in text and "Held days (2)" in text


def test_the_retired_record_leads_to_the_one_that_stays(as_: As, world: World) -> None:
    world.refusals[f"GET /api/v1/registry/persons/{uid(2)}/timeline"] = Refusal(409, {"type": "https://x/problems/person-merged", "merged_into": uid(1)})
    answer = as_("linh").get(f"/people/{uid(2)}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/people/{uid(1)}?done=merged")
    known = world.answers[f"/api/v1/registry/persons/{uid(1)}"]
    world.answers[f"/api/v1/registry/persons/{uid(1)}"] = known | {"also_known": [{"id": uid(2), "name": PEOPLE[uid(2)]}]}
    assert f"also known under: {PEOPLE[uid(2)]}" in " ".join(as_("linh").get(f"/people/{uid(1)}").text.split())
