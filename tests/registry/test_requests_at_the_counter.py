"""Morocco, Law 55-19: what came on paper gets a receipt and its delay, silence accepts where the list says so, and the share answered in time is counted."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import httpx
import pytest

from services.registry.requests.silence import accept_where_silence_does
from tests.registry.world import BASE, ok, problem
from tests.support.api import Api
from tests.support.exports import file_as_listed, taken
from tests.support.pdf import text_of
from tests.support.service import environment

ROLES: dict[str, dict[str, Any]] = {
    "fes": {"roles": ["regional-administrator", "records-officer"], "groups": ["/territories/MA-03"]},
    "hr-chr": {"roles": ["facility-hr-officer", "records-officer"], "groups": ["/facilities/MA-03-CHR"]},
    "head-chr": {"roles": ["head-of-facility", "records-officer"], "groups": ["/facilities/MA-03-CHR"]},
    "tanger": {"roles": ["regional-administrator", "records-officer"], "groups": ["/territories/MA-01"]},
}
Receive = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
def as_(api: Api) -> Callable[[str], Api]:
    return lambda name: api.as_(name, **ROLES[name])


@pytest.fixture
async def person(as_: Any) -> dict[str, Any]:
    facility = {"code": "MA-03-CHR", "name": "Centre hospitalier régional de Fès", "type": "hospital", "level": "regional", "area_code": "MA-03-231", "authority": "MA-03"}
    ok(await as_("fes").post(f"{BASE}/facilities", json=facility | {"valid_from": "2000-01-01", "done_on": "2021-01-04"}))
    names = [{"kind": "legal", "value": "Fatima Zahra El Amrani"}]
    return ok(await as_("fes").post(f"{BASE}/persons", json={"names": names, "birth_date": "1988-03-12", "sex": "female", "purposes": ["candidate"]}))


@pytest.fixture
def receive(as_: Any, person: dict[str, Any]) -> Receive:
    """The counter of the region enters what came on 1 March 2021, unless told otherwise."""

    async def received(procedure: str = "contest_authorisation", who: str = "fes", day: str = "2021-03-01", **more: Any) -> httpx.Response:
        body = {"person_id": person["id"], "facility_code": "MA-03-CHR", "procedure": procedure, "done_on": day} | more
        return await as_(who).post(f"{BASE}/requests", json=body)

    return received


async def answer(as_: Any, request: dict[str, Any], act: str, day: str, who: str = "head-chr", **body: Any) -> httpx.Response:
    return await as_(who).post(f"{BASE}/requests/{request['id']}/{act}", json={"done_on": day} | body)


async def test_what_the_counter_does_not_take(receive: Receive, as_: Any, person: dict[str, Any]) -> None:
    assert problem(await receive(who="tanger"), 422) == "malformed"  # who does not know that there is such a person
    assert problem(await receive("moon"), 422) == "malformed"
    assert problem(await receive(facility_code="MA-99"), 422) == "malformed"
    first = ok(await receive(reference="R-1"))
    assert (first["channel"], first["due_on"], first["silence"]) == ("counter", "2021-03-16", "accepts")
    assert ok(await receive(reference="R-1"))["id"] == first["id"]
    assert problem(await receive(), 409) == "asked-already"
    assert problem(await answer(as_, first, "acceptance", "2021-03-02", "fes"), 403) == "receiver-does-not-decide"
    assert problem(await answer(as_, first, "acceptance", "2021-03-02", "hr-chr"), 403) == "decided-by-another-role"


async def test_the_receipt_says_the_delay_and_what_silence_means(receive: Receive, as_: Any) -> None:
    asked = ok(await receive(reference="R-1"))
    for language, words in (("fr", ("16 mars 2021", "silence vaut acceptation", "55-19")), ("en", ("March 16, 2021", "silence accepts")), ("vi", ("16 tháng 3, 2021",))):
        printed = await as_("fes").in_language(language).get(f"{BASE}/requests/{asked['id']}/receipt")
        assert printed.headers["content-type"] == "application/pdf"
        assert all(word in " ".join(text_of(printed.content).split()) for word in words), text_of(printed.content)
    assert problem(await as_("tanger").get(f"{BASE}/requests/{asked['id']}/receipt"), 404) == "not-found"


async def test_silence_accepts_only_where_the_list_says_so_and_not_while_documents_are_missing(receive: Receive, as_: Any) -> None:
    silent, waiting, answered = ok(await receive()), ok(await receive("practice_address")), ok(await receive("service_record"))
    ok(await answer(as_, waiting, "missing-documents", "2021-03-10", "hr-chr", comment="the lease"))
    for day, state in (("2021-03-16", "submitted"), ("2021-05-31", "accepted")):
        with environment(RELAIS_TODAY=day):
            await accept_where_silence_does()
        assert ok(await as_("fes").get(f"{BASE}/requests/{silent['id']}"))["state"] == state
    seen = ok(await as_("fes").get(f"{BASE}/requests/{silent['id']}"))
    assert (seen["by_silence"], seen["decided_on"], seen["acts"][-1]["act"]) == (True, "2021-03-17", "accepted_by_silence")
    assert [ok(await as_("fes").get(f"{BASE}/requests/{one['id']}"))["state"] for one in (waiting, answered)] == ["waiting", "submitted"]
    again = ok(await answer(as_, waiting, "supply", "2021-03-20", "hr-chr"))
    assert (again["state"], again["due_on"]) == ("in_review", "2021-04-12")  # 21 of 30 days were left; the tenth of April is a Saturday


async def test_what_was_answered_in_time_what_waits_and_what_is_spared(receive: Receive, as_: Any) -> None:
    in_time, late, waits = ok(await receive()), ok(await receive("service_record")), ok(await receive("transfer", day="2021-03-05"))
    ok(await answer(as_, in_time, "acceptance", "2021-03-16"))
    ok(await answer(as_, late, "refusal", "2021-03-30", "hr-chr", comment="no service known"))
    asked = {"from": "2021-01-01", "to": "2021-12-31"}
    summary = ok(await as_("fes").get(f"{BASE}/requests/summary", params=asked | {"as_of": "2021-06-01"}))
    lines = {line["procedure"]: line for line in summary["items"]}
    assert summary["in_time_percent"] == 33.3
    told = {name: (line["asked"], line["to_answer"], line["in_time"], line["pending"], line["late"]) for name, line in lines.items()}
    assert told == {"contest_authorisation": (1, 1, 1, 0, 0), "service_record": (1, 1, 0, 0, 0), "transfer": (1, 1, 0, 1, 1)}
    assert (lines["transfer"]["oldest_id"], lines["transfer"]["oldest_on"]) == (waits["id"], "2021-03-05")
    assert (lines["contest_authorisation"]["steps_saved"], lines["contest_authorisation"]["documents_saved"], lines["contest_authorisation"]["median_days"]) == (3, 2, 15.0)
    before = ok(await as_("fes").get(f"{BASE}/requests/summary", params=asked | {"as_of": "2021-03-15"}))
    assert (before["in_time_percent"], [line["pending"] for line in before["items"]]) == (None, [1, 1, 1])
    assert ok(await as_("tanger").get(f"{BASE}/requests/summary", params=asked))["items"] == []
    assert date.fromisoformat(lines["transfer"]["oldest_on"]) < date(2021, 6, 1)


async def test_requests_are_a_file_as_the_list_is_filtered(as_: Any, receive: Receive) -> None:
    ok(await receive())
    await taken(as_("fes").as_("ops"), f"{BASE}/exports/requests", 403)
    [row] = await file_as_listed(as_("hr-chr"), BASE, "requests", "requests", is_open="true")
    assert (row["procedure"], row["channel"], row["facility_code"], row["asked_on"]) == ("contest_authorisation", "counter", "MA-03-CHR", "2021-03-01")
    assert await file_as_listed(as_("tanger"), BASE, "requests", "requests") == []
    assert await file_as_listed(as_("fes"), BASE, "return-calls", "returns") == []
