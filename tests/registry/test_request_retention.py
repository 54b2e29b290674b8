"""What came with a request is destroyed after its time, and what an attestation said; that it was there stays, and a legal hold keeps it."""

from typing import Any

import pytest

from services.registry.documents.use_cases import watch_documents
from services.registry.requests.retention import destroy_old_papers
from shared.files import StoredFile
from tests.registry.test_documents import PDF, PNG
from tests.registry.test_documents import send as hand_in
from tests.registry.test_erasures import hold, run
from tests.registry.test_own_leave import phone
from tests.registry.test_requests import answer, ask, check, hoa
from tests.registry.world import BASE, World, ok, problem
from tests.support.service import environment

__all__ = ["hoa"]

LAST_DAY, DAY_AFTER = "2026-10-01", "2026-10-02"
"""Twelve months after the answer of 1 October 2025."""
LONG_AFTER = "2031-03-31"
"""Sixty months after the last day of an attestation that is good for 180 days."""


async def send(world: World, request: dict[str, Any], content: bytes = PDF, name: str = "a.pdf") -> dict[str, Any]:
    fields = {"request_id": request["id"], "type": "identity"}
    return ok(await phone(world).post(f"{BASE}/request-files", data=fields, files={"file": (name, content)}))["files"][-1]


async def destroy(day: str) -> None:
    with environment(RELAIS_TODAY=day):
        await destroy_old_papers()


async def acts(world: World) -> list[tuple[str, Any]]:
    return [(row.act, row.after) for row in await run(world, "SELECT act, after FROM audit WHERE act LIKE '%_destroyed' ORDER BY seq")]


@pytest.fixture
async def answered(world: World, hoa: dict[str, Any]) -> dict[str, Any]:
    """A request with two files that was granted, and another one that waits for its answer with a copy of one of them."""
    request, waiting = ok(await ask(world)), ok(await ask(world, "service_record"))
    files = [await send(world, request), await send(world, request, PNG, "a.png")]
    copy = await send(world, waiting)
    return ok(await answer(world, request, "acceptance")) | {"files": files, "waiting": waiting, "copy": copy}


async def content(world: World, request: dict[str, Any], file: dict[str, Any]) -> Any:
    return await world.api.as_("hr-bvt").get(f"{BASE}/requests/{request['id']}/files/{file['id']}")


class TestKept:
    async def test_until_the_last_day_and_as_long_as_a_legal_hold_stands(self, world: World, hoa: dict[str, Any], answered: dict[str, Any]) -> None:
        await destroy(LAST_DAY)
        held = ok(await hold(world, hoa))
        await destroy(LONG_AFTER)
        assert await acts(world) == []
        assert (await content(world, answered, answered["files"][1])).content == PNG
        for statement in ("UPDATE request_files SET sha256 = NULL, destroyed_on = '2031-01-01'", "UPDATE attestations SET facts = '{}'"):
            with pytest.raises(Exception, match="a legal hold stands on these records"):
                await run(world, statement)
        ok(await world.api.as_("auditor").post(f"{BASE}/legal-holds/{held['id']}/lifting", json={"reason": "Over"}))
        await destroy(DAY_AFTER)
        assert [act for act, _after in await acts(world)] == ["request.files_destroyed"]

    async def test_a_file_that_a_request_names_outlives_the_document_that_was_the_same(self, world: World, hoa: dict[str, Any], answered: dict[str, Any]) -> None:
        ok(await hand_in(world, hoa))
        await run(world, "UPDATE document_versions SET kept_until = '2025-09-30'")
        await watch_documents()
        assert (await run(world, "SELECT destroyed_on FROM document_versions"))[0].destroyed_on is not None
        assert (await content(world, answered, answered["files"][0])).content == PDF


class TestDestroyed:
    async def test_the_files_of_an_answered_request_and_no_copy_that_another_one_names(self, world: World, answered: dict[str, Any]) -> None:
        kept = {row.kind: StoredFile(row.sha256, 0, "").path for row in await run(world, "SELECT kind, sha256 FROM request_files")}
        for _twice in range(2):
            await destroy(DAY_AFTER)
        assert await acts(world) == [("request.files_destroyed", {"files": 2})]
        assert (kept["png"].exists(), kept["pdf"].exists()) == (False, True)
        read = ok(await world.api.as_("hr-bvt").get(f"{BASE}/requests/{answered['id']}"))
        assert [(one["kind"], one["destroyed_on"]) for one in read["files"]] == [("pdf", DAY_AFTER), ("png", DAY_AFTER)]
        assert problem(await content(world, answered, answered["files"][0]), 404) == "not-found"
        assert (await content(world, answered["waiting"], answered["copy"])).content == PDF

    async def test_what_an_attestation_said_while_its_number_and_its_check_stay(self, world: World, answered: dict[str, Any]) -> None:
        path = f"{BASE}/attestations/{answered['attestation_id']}"
        paper = ok(await world.api.as_("hr-bvt").get(path))
        await destroy("2031-03-30")
        assert (await world.api.as_("hr-bvt").get(f"{path}/document")).status_code == 200
        await destroy(LONG_AFTER)
        assert problem(await world.api.as_("hr-bvt").get(f"{path}/document"), 409) == "attestation-facts-destroyed"
        assert ok(await world.api.as_("hr-bvt").get(path))["facts_destroyed_on"] == LONG_AFTER
        assert ok(await check(world, paper["code"]))["number"] == paper["number"]
        assert ("attestation.facts_destroyed", {"facts_destroyed_on": LONG_AFTER}) in await acts(world)
