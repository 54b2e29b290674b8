"""Operations revoke a client, an account or a sign-in; a closed account and a changed one are told by themselves."""

from typing import Any

import pytest
from sqlalchemy import text

from deploy.local.revoke import revoke_tokens
from deploy.local.state import CannotStart
from shared.db import worker_session
from tests.registry.world import BASE, problem
from tests.support.api import Api

REVOKED = {"kind": "client", "value": "ministry-health", "reason": "Its secret was found in a mail"}


async def in_force(api: Api) -> dict[tuple[str, str], float]:
    answer = await api.get("/internal/revocations")
    assert answer.status_code == 200, answer.text
    return {(one["kind"], one["value"]): one["before"] for one in answer.json()["items"]}


async def account(subject: str, **changes: Any) -> None:
    row = {"state": "open", "closed_by": None, "closed_on": None, "closed_reason": None, "version": 1, "applied_version": 1, "applied_at": None} | changes
    async with worker_session() as session:
        await session.execute(
            text(
                "INSERT INTO accounts (id, issuer, subject, username, name, language, roles, relations, state, source, invited_by, invited_at, invited_on, closed_by, closed_on, closed_reason, "
                "version, applied_version, applied_at, authority_path) VALUES (gen_random_uuid(), 'https://id.test', :subject, :subject, 'Lan', 'vi', '{mentor}', '{/territories/VN-22}', "
                ":state, 'invited', 'https://id.test#linh', now(), '2025-01-01', :closed_by, CAST(CAST(:closed_on AS text) AS date), :closed_reason, :version, :applied_version, "
                "CASE WHEN CAST(:applied_at AS text) = 'now' THEN now() END, 'VN.VN-22')"
            ),
            row | {"subject": subject},
        )


class TestRevocations:
    async def test_are_entered_by_operations_alone(self, api: Api) -> None:
        assert problem(await api.as_("linh").post(f"{BASE}/revocations", json=REVOKED), 403) == "role-missing"
        assert problem(await api.as_machine("ministry-health", "registry.read").get(f"{BASE}/revocations"), 403) == "role-missing"
        assert await in_force(api) == {}

    async def test_are_told_to_the_gateway_and_the_services_with_their_moment(self, api: Api) -> None:
        first = await api.as_("ops").post(f"{BASE}/revocations", json=REVOKED)
        assert first.status_code == 201, first.text
        assert (first.json()["kind"], first.json()["value"], first.json()["revoked_by"]) == ("client", "ministry-health", api.account("ops"))
        assert list(await in_force(api)) == [("client", "ministry-health")]
        await api.as_("ops").post(f"{BASE}/revocations", json=REVOKED | {"kind": "session", "value": "s-1"})
        listed = (await api.as_("ops").get(f"{BASE}/revocations")).json()["items"]
        assert [one["kind"] for one in listed] == ["session", "client"]

    async def test_a_closed_account_has_no_token_before_the_identity_provider_has_followed(self, api: Api) -> None:
        closed = {"state": "closed", "closed_by": "task:accounts", "closed_on": "2025-09-30", "closed_reason": "departure", "version": 2}
        await account("closed-today", **closed)
        await account("granted-now", applied_at="now")
        await account("untouched")
        assert set(await in_force(api)) == {("subject", "closed-today"), ("subject", "granted-now")}


class TestSignOut:
    async def test_ends_the_sign_in_that_asks_and_no_other(self, api: Api) -> None:
        linh = api.as_("linh", sid="s-linh")
        assert (await linh.post(f"{BASE}/revocations/own", json={})).status_code == 201
        assert list(await in_force(api)) == [("session", "s-linh")]

    async def test_is_for_people(self, api: Api) -> None:
        assert problem(await api.as_machine("ministry-health", "registry.read").post(f"{BASE}/revocations/own", json={}), 403) == "no-sign-in"

    async def test_is_forgotten_when_no_token_of_it_can_live(self, api: Api) -> None:
        await api.as_("linh", sid="s-linh").post(f"{BASE}/revocations/own", json={})
        await api.as_("ops").post(f"{BASE}/revocations", json=REVOKED)
        async with worker_session() as session:
            await session.execute(text("SET LOCAL ROLE registry_owner"))
            await session.execute(text("UPDATE revocations SET before = before - interval '2 hours'"))
        assert list(await in_force(api)) == [("client", "ministry-health")]


class TestCommand:
    """`./relais revoke ACCOUNT --reason …`, as the registry hears it."""

    async def test_revokes_nothing_of_an_account_that_nobody_signs_in_with_and_nothing_without_a_reason(self, api: Api) -> None:
        await account("lan")
        with pytest.raises(CannotStart, match="Nobody signs in as nobody: nothing was revoked"):
            await revoke_tokens("nobody", "device stolen")
        with pytest.raises(CannotStart, match="says why"):
            await revoke_tokens("lan", "  ")
        assert await in_force(api) == {}

    async def test_refuses_all_that_an_account_was_given_and_says_so_in_the_audit(self, api: Api) -> None:
        await account("lan")
        await account("6f1c", state="closed", closed_by="task:accounts", closed_on="2025-09-30", closed_reason="departure")
        told = await revoke_tokens("Lan", " device stolen ")
        assert (told.subject, told.is_open) == ("lan", True)
        assert await in_force(api) == {("subject", "lan"): pytest.approx(told.before.timestamp())}
        assert (await revoke_tokens("6f1c", "left with a token")).is_open is False
        async with worker_session() as session:
            acts = (await session.execute(text("SELECT actor, act, after ->> 'value' AS value, after ->> 'reason' AS reason FROM audit ORDER BY seq"))).all()
        assert [(one.act, one.value, one.reason) for one in acts] == [("subject.revoked", "lan", "device stolen"), ("subject.revoked", "6f1c", "left with a token")]
        assert {one.actor.partition("#")[0] for one in acts} == {"command:revoke"}
