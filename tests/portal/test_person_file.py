"""One person's file in one PDF: all that the reader may read, and nothing else."""

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from services.portal.clients import Refusal, ServiceAway
from tests.portal.world import PEOPLE, World, page, uid
from tests.support.pdf import text_of

R = "/api/v1/registry"
FILE = f"/people/{uid(1)}/file.pdf"
CLOSED = Refusal(403, {"type": "/problems/closed", "title": "You may not do this"})
EMPLOYMENT = {
    "id": uid(700), "facility_code": "VN-22-BVT", "facility_name": "Bệnh viện đa khoa tỉnh Quảng Ninh", "practice_name": None, "employment_type": "public_employee",
    "starts_on": "2021-01-01", "ends_on": None, "decision": "12/QĐ-SYT",
}  # fmt: skip
LICENCE = {"id": uid(801), "number": "004512/QNI-CCHN", "scope": ["nursing"], "expires_on": "2025-10-31", "status": "expiring"}


@pytest.fixture
def whole(world: World) -> World:
    world.answers |= {f"{R}/employments": page(EMPLOYMENT), f"{R}/persons/{uid(1)}/licences": page(LICENCE)}
    return world


@pytest.mark.parametrize(("language", "title"), [("fr", "Autorisations d’exercer"), ("vi", "Giấy phép hành nghề"), ("en", "Licences to practise")])
def test_the_whole_file_in_the_readers_language(as_: Callable[..., TestClient], whole: World, language: str, title: str) -> None:
    answer = as_("linh", language).get(FILE)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["content-disposition"] == f'attachment; filename="person-{uid(1)}.pdf"'
    text = text_of(answer.content)
    for said in (PEOPLE[uid(1)], "QN-01234", "Khoa Hồi sức tích cực", "12/QĐ-SYT", "004512/QNI-CCHN", "2021", title):
        assert said in text, said
    assert "&" not in text


def test_what_the_reader_may_not_read_is_not_in_it(as_: Callable[..., TestClient], whole: World) -> None:
    whole.refusals |= {f"{R}/persons/{uid(1)}/licences": CLOSED, f"{R}/employments": CLOSED}
    text = text_of(as_("linh").get(FILE).content)
    assert "004512/QNI-CCHN" not in text
    assert PEOPLE[uid(1)] in text


@pytest.mark.parametrize("status", [403, 404])
def test_who_may_not_read_the_person_takes_no_file(as_: Callable[..., TestClient], whole: World, status: int) -> None:
    whole.refusals[f"{R}/persons/{uid(1)}"] = Refusal(status, {"type": "/problems/no", "title": "No", "detail": "Not for you."})
    answer = as_("linh").get(FILE)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")


def test_it_is_read_by_the_route_that_keeps_who_read(as_: Callable[..., TestClient], whole: World) -> None:
    """The register writes down each read of birth and sex, and the person sees it."""
    as_("linh").get(FILE)
    assert ("GET", f"{R}/persons/{uid(1)}") in [(method, path) for method, path, _sent in whole.sent]


def test_a_part_that_is_away_is_said(as_: Callable[..., TestClient], whole: World) -> None:
    async def away(_api: object, method: str, path: str, **request: object) -> object:
        if "/observatory/" in path:
            raise ServiceAway
        return await World.ask(whole, _api, method, path, **request)

    whole.ask = away  # type: ignore[method-assign]
    assert "A part of the system does not answer" in text_of(as_("linh").get(FILE).content)
