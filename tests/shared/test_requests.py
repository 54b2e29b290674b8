"""What every service does the same way: callers, problems, keys that make a POST safe to repeat, pages."""

import pytest
from fastapi import APIRouter

from shared.app import Service, create_app
from shared.idempotency import Router
from tests.support.service import TODAY

POLICIES = "/api/v1/recruitment/policies"


def policy(**changes):
    return {
        "reference": "POL-1",
        "resolution_no": "28/2023/NQ-HĐND",
        "title": "Thu hút bác sĩ",
        "authority": "VN-22",
        "valid_from": "2023-12-08",
        "valid_to": "2025-12-31",
        "target_hires": 298,
        "eligible": {"occupations": ["VN-BS"], "excluded_occupations": ["VN-BSDP"], "excludes_former_public_staff": True},
        "tiers": [{"facility_group": "centre", "degree": "doctor", "amount": 300_000_000}],
        "commitment_years": {"experienced": 5, "new_graduate": 7},
        "citation": "Resolution 28/2023/NQ-HĐND",
    } | changes


class TestCallers:
    async def test_no_token(self, api):
        answer = await api.get(POLICIES)
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.json()["type"].endswith("/problems/token-missing")

    @pytest.mark.parametrize(
        "claims",
        [{"exp": 1}, {"iss": "http://elsewhere.example"}, {"aud": "account"}, {"nbf": 4_102_444_800}, {"typ": "ID"}],
        ids=["expired", "foreign", "for someone else", "not yet valid", "an ID token"],
    )
    async def test_a_token_that_opens_nothing(self, api, claims):
        answer = await api.as_("linh", **claims).get(POLICIES)
        assert answer.status_code == 401, answer.text
        assert answer.json()["detail"] == "The access token is not accepted. Sign in again."

    async def test_a_tampered_token(self, api, issuer):
        header, body, signature = issuer.person("linh").split(".")
        other = issuer.person("hanoi").split(".")[1]
        assert body != other
        assert (await api.with_token(f"{header}.{other}.{signature}").get(POLICIES)).status_code == 401

    async def test_a_role_that_may_not(self, api):
        answer = await api.as_("ops").post(POLICIES, json=policy())
        assert answer.status_code == 403


class TestProblems:
    async def test_each_wrong_field_is_named(self, api):
        answer = await api.as_("linh").post(POLICIES, json=policy(valid_from="tomorrow", target_hires=0, colour="blue"))
        assert answer.status_code == 422
        assert {field["path"] for field in answer.json()["fields"]} == {"valid_from", "target_hires", "colour"}

    async def test_a_problem_speaks_the_callers_language(self, api):
        in_french = await api.in_language("fr-CA, en;q=0.5").get(POLICIES)
        in_vietnamese = await api.in_language("vi").get(POLICIES)
        assert in_french.json()["title"] == "Veuillez vous connecter"
        assert in_vietnamese.json()["title"] == "Vui lòng đăng nhập"

    async def test_a_body_that_is_no_text_is_malformed(self, api):
        answer = await api.as_("linh").post(POLICIES, content=b"\xe6\x0e}", headers={"Content-Type": "application/json"})
        assert (answer.status_code, [field["path"] for field in answer.json()["fields"]]) == (422, ["body"])

    async def test_an_unknown_address_is_a_problem_too(self, api):
        answer = await api.as_("linh").get("/api/v1/recruitment/nothing")
        assert answer.status_code == 404
        assert answer.json()["status"] == 404

    async def test_the_request_id_comes_back(self, api):
        answer = await api.get(POLICIES, headers={"X-Request-Id": "r-1"})
        assert answer.headers["x-request-id"] == "r-1"
        assert answer.json()["request_id"] == "r-1"


class TestSendingTwice:
    async def test_the_same_body_gives_the_same_answer_and_one_effect(self, api):
        linh = api.as_("linh")
        first = await linh.post(POLICIES, json=policy(reference=None), headers={"Idempotency-Key": "k1"})
        second = await linh.post(POLICIES, json=policy(reference=None), headers={"Idempotency-Key": "k1"})
        assert first.status_code == second.status_code == 201, first.text
        assert first.content == second.content
        assert second.headers["idempotent-replay"] == "true"
        assert len((await linh.get(POLICIES)).json()["items"]) == 1

    async def test_another_body_under_the_same_key_is_refused(self, api):
        linh = api.as_("linh")
        await linh.post(POLICIES, json=policy(), headers={"Idempotency-Key": "k1"})
        answer = await linh.post(POLICIES, json=policy(reference="POL-2"), headers={"Idempotency-Key": "k1"})
        assert answer.status_code == 422
        assert answer.json()["type"].endswith("/idempotency-key-reused")

    async def test_a_key_belongs_to_its_caller(self, api):
        await api.as_("linh").post(POLICIES, json=policy(), headers={"Idempotency-Key": "k1"})
        answer = await api.as_("hanoi").post(POLICIES, json=policy(authority="VN-01"), headers={"Idempotency-Key": "k1"})
        assert answer.status_code == 201

    async def test_a_refused_act_keeps_no_key(self, api):
        linh = api.as_("linh")
        assert (await linh.post(POLICIES, json=policy(target_hires=0), headers={"Idempotency-Key": "k1"})).status_code == 422
        assert (await linh.post(POLICIES, json=policy(), headers={"Idempotency-Key": "k1"})).status_code == 201


class TestDoneOn:
    async def test_the_future_is_refused(self, api):
        answer = await api.as_("linh").post(POLICIES, json=policy(done_on="2031-01-01"))
        assert answer.status_code == 422
        assert answer.json()["fields"][0] == {"path": "done_on", "reason": f"An act cannot be done in the future; today is {TODAY}."}

    async def test_the_past_needs_a_records_officer(self, api):
        answer = await api.as_("linh", roles=["regional-administrator"]).post(POLICIES, json=policy(done_on="2023-12-08"))
        assert answer.status_code == 403
        assert answer.json()["type"].endswith("/past-needs-records-officer")


class TestPages:
    async def test_every_record_is_on_one_page_and_in_order(self, api):
        linh = api.as_("linh")
        for number in range(5):
            assert (await linh.post(POLICIES, json=policy(reference=f"POL-{number}"))).status_code == 201
        seen, cursor = [], None
        while True:
            page = (await linh.get(POLICIES, params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
            seen += [item["reference"] for item in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert sorted(seen) == [f"POL-{number}" for number in range(5)]

    async def test_a_cursor_that_no_list_gave(self, api):
        answer = await api.as_("linh").get(POLICIES, params={"cursor": "e30"})
        assert answer.status_code == 422
        assert answer.json()["fields"][0]["path"] == "cursor"


def nothing() -> dict[str, str]:
    return {}


class TestClosedUntilOpened:
    def test_a_route_without_predicate_stops_the_start(self):
        router = Router(prefix="/open")
        router.get("")(nothing)
        with pytest.raises(PermissionError, match="is open"):
            create_app(Service(name="x", title="X", package="services.recruitment", routers=[router]))

    def test_a_route_that_cannot_be_sent_twice_stops_the_start(self):
        router = APIRouter(prefix="/open")
        router.get("")(nothing)
        with pytest.raises(TypeError, match="Router"):
            create_app(Service(name="x", title="X", package="services.recruitment", routers=[router]))
