"""Accounts of a territory: who is invited with what and where, who stands in for whom, and what nobody may do for themselves."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from services.registry.accounts.models import Account, home_of, must_not_spread, roles_kept_apart
from services.registry.accounts.permissions import ABOVE, GIVEN
from services.registry.accounts.upkeep import apply_accounts, close_departed, find_accounts, keep_accounts, turn_substitutes, wanted_of
from services.registry.revocations.queries import revocations_in_force
from shared.auth import ROLES
from shared.errors import Refused
from tests.registry.world import BACHE, BACHMAI, BASE, BVT, World, ok, problem
from tests.support.service import environment

PATH = f"{BASE}/accounts"
HR, HEAD, SIGNATORY, ADMINISTRATOR = "facility-hr-officer", "head-of-facility", "signatory", "regional-administrator"
NOBODY_LISTENS = "http://127.0.0.1:9/realms/relais"


@pytest.fixture
def kept_by_keycloak() -> Iterator[None]:
    """An installation whose accounts Keycloak keeps, and a Keycloak that is away."""
    with environment(RELAIS_ACCOUNTS="keycloak", RELAIS_ACCOUNTS_URL=NOBODY_LISTENS):
        yield


@pytest.fixture
def town(world: World, kept_by_keycloak: None) -> World:
    return world


def invitation(username: str = "mai.tran", *, at: str = f"/facilities/{BVT}", **more: Any) -> dict[str, Any]:
    return {"username": username, "email": f"{username}@example.org", "name": "Trần Thị Mai", "language": "vi", "roles": [HR], "relations": [at]} | more


async def invite(world: World, username: str = "mai.tran", *, who: str = "linh", **more: Any) -> dict[str, Any]:
    return ok(await world.api.as_(who).post(PATH, json=invitation(username, **more)))


async def known(world: World, username: str, subject: str) -> None:
    """As if the identity provider had made the account."""
    async with world.as_worker() as session:
        account = (await session.scalars(select(Account).where(Account.username == username))).one()
        account.subject, account.applied_version = subject, account.version


def subject_of(world: World, who: str) -> str:
    return world.api.account(who).rsplit("#", 1)[1]


def days(first: str = "2025-10-06", last: str = "2025-10-17") -> dict[str, str]:
    return {"starts_on": first, "ends_on": last, "reason": "Annual leave"}


async def audited(world: World, act: str) -> list[dict[str, Any]]:
    async with world.as_worker() as session:
        rows = await session.execute(world.sql("SELECT actor, subject_id, before, after FROM audit WHERE act = :act ORDER BY seq").bindparams(act=act))
        return [dict(row) for row in rows.mappings()]


class TestInvitingIsRefused:
    @pytest.mark.parametrize("who", ["hr-bvt", "director", "head-bvt", "licensing", "ops", "analyst"])
    async def test_to_everybody_but_the_administrator(self, town: World, who: str) -> None:
        assert problem(await town.api.as_(who).post(PATH, json=invitation()), 403) == "accounts-are-kept-by-administrators"
        assert problem(await town.api.as_(who).get(PATH), 403) == "accounts-closed"

    async def test_to_machines(self, town: World) -> None:
        machine = town.api.as_machine("ministry-health", "registry.read", "territory:VN-22")
        assert problem(await machine.get(PATH), 403) == "accounts-closed"

    @pytest.mark.parametrize("role", sorted(ABOVE))
    async def test_with_a_role_above_ones_own(self, town: World, role: str) -> None:
        answer = await town.api.as_("linh").post(PATH, json=invitation(roles=[role]))
        assert problem(answer, 403) == "role-above-yours"
        assert answer.json()["rule"]["id"] == "ACC-ROLES"

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"roles": ["king"]}, "roles"),
            ({"roles": []}, "roles"),
            ({"relations": []}, "relations"),
            ({"relations": ["/territories/VN-99"]}, "relations"),
            ({"relations": ["/facilities/VN-22-NOWHERE"]}, "relations"),
            ({"relations": ["/admins/VN-22"]}, "relations.0"),
            ({"username": "Mai Trần"}, "username"),
            ({"email": "mai"}, "email"),
            ({"language": "de"}, "language"),
            ({"state": "open"}, "state"),
            ({"subject": "linh"}, "subject"),
        ],
    )
    async def test_malformed(self, town: World, wrong: dict[str, Any], field: str) -> None:
        answer = await town.api.as_("linh").post(PATH, json=invitation(**wrong))
        assert problem(answer, 422) == "malformed"
        assert answer.json()["fields"][0]["path"] == field

    @pytest.mark.parametrize("place", ["/territories/VN-01", "/territories/VN", f"/facilities/{BACHMAI}"])
    async def test_outside_ones_own_territory(self, town: World, place: str) -> None:
        assert problem(await town.api.as_("linh").post(PATH, json=invitation(at=place)), 403) == "place-not-yours"
        assert problem(await town.api.as_("linh").post(PATH, json=invitation(relations=[f"/facilities/{BVT}", place])), 403) == "place-not-yours"

    @pytest.mark.parametrize("roles", [[SIGNATORY, ADMINISTRATOR], [SIGNATORY, HR], ["licensing-officer", HR]])
    async def test_with_roles_that_watch_each_other(self, town: World, roles: list[str]) -> None:
        answer = await town.api.as_("linh").post(PATH, json=invitation(roles=roles))
        assert problem(answer, 409) == "roles-kept-apart"
        assert answer.json()["rule"]["id"] == "SEC-02"

    async def test_under_a_name_that_is_taken(self, town: World) -> None:
        await invite(town)
        assert problem(await town.api.as_("linh").post(PATH, json=invitation()), 409) == "username-taken"

    async def test_for_two_authorities_at_once(self, town: World) -> None:
        both = town.api.as_("linh", groups=["/territories/VN-22", "/territories/VN-01"])
        answer = await both.post(PATH, json=invitation(relations=[f"/facilities/{BVT}", f"/facilities/{BACHMAI}"]))
        assert problem(answer, 409) == "places-of-several-authorities"

    async def test_of_oneself_under_another_name(self, town: World) -> None:
        person = await town.person()
        colleague = town.api.as_("hanoi", groups=["/territories/VN-22"])
        ok(await colleague.post(f"{BASE}/persons/{person['id']}/account", json={"subject": subject_of(town, "linh")}))
        assert problem(await town.api.as_("linh").post(PATH, json=invitation(roles=[SIGNATORY], person_id=person["id"])), 403) == "own-account"


class TestInvited:
    async def test_waits_to_be_applied_and_loses_nothing_while_the_identity_provider_is_away(self, town: World) -> None:
        made = await invite(town)
        assert (made["state"], made["application"]["state"], made["application"]["trouble"]) == ("open", "to_be_applied", None)
        await apply_accounts()
        waiting = ok(await town.api.as_("linh").get(f"{PATH}/{made['id']}"))["application"]
        assert (waiting["state"], waiting["trouble"]) == ("to_be_applied", "provider-away")
        assert waiting["tried_at"] is not None
        assert ok(await town.api.as_("linh").get(f"{PATH}/kept")) | {"detail": "", "roles": []} == {
            "kept_by": "keycloak",
            "changeable": True,
            "detail": "",
            "roles": [],
            "waiting": 1,
        }
        assert [one["username"] for one in ok(await town.api.as_("linh").get(PATH, params={"application": "waiting"}))["items"]] == ["mai.tran"]
        assert problem(await town.api.as_("linh").put(f"{PATH}/{made['id']}/first-password"), 409) == "not-applied-yet"

    async def test_a_password_cannot_be_given_while_the_identity_provider_is_away(self, town: World) -> None:
        made = await invite(town)
        await known(town, "mai.tran", "s-mai")
        assert problem(await town.api.as_("linh").put(f"{PATH}/{made['id']}/first-password"), 503) == "unavailable"
        assert await audited(town, "account.first_password_given") == []

    async def test_is_seen_in_its_territory_alone_and_audited_without_a_name(self, town: World) -> None:
        made = await invite(town)
        assert problem(await town.api.as_("hanoi").get(f"{PATH}/{made['id']}"), 404) == "not-found"
        assert ok(await town.api.as_("hanoi").get(PATH))["items"] == []
        assert [one["id"] for one in ok(await town.api.as_("linh").get(PATH, params={"role": HR, "relation": f"/facilities/{BVT}", "state": "open"}))["items"]] == [made["id"]]
        assert ok(await town.api.as_("linh").get(PATH, params={"role": HEAD}))["items"] == []
        [row] = await audited(town, "account.invited")
        assert row["actor"] == town.api.account("linh")
        assert row["after"]["roles"] == [HR]
        assert "Mai" not in json.dumps(row["after"], ensure_ascii=False)
        assert "@" not in json.dumps(row["after"])

    async def test_the_auditor_reads_and_changes_nothing(self, town: World) -> None:
        made = await invite(town)
        auditor = town.api.as_("ops", roles=["auditor"], groups=["/territories/VN-22"])
        read = ok(await auditor.get(f"{PATH}/{made['id']}"))
        assert not any(one["allowed"] for one in read["available_actions"])
        assert problem(await auditor.post(f"{PATH}/{made['id']}/closure", json={"reason": "left"}), 403) == "accounts-are-kept-by-administrators"


class TestGranted:
    async def test_all_roles_and_relations_are_written_at_once(self, town: World) -> None:
        made = await invite(town)
        await known(town, "mai.tran", "s-mai")
        written = ok(await town.api.as_("linh").put(f"{PATH}/{made['id']}/grants", json={"roles": [HEAD], "relations": [f"/facilities/{BACHE}"]}))
        assert (written["roles"], written["relations"], written["application"]["state"]) == ([HEAD], [f"/facilities/{BACHE}"], "to_be_applied")
        [row] = await audited(town, "account.granted")
        assert (row["before"]["roles"], row["after"]["roles"]) == ([HR], [HEAD])

    async def test_the_same_again_changes_nothing(self, town: World) -> None:
        made = await invite(town)
        again = ok(await town.api.as_("linh").put(f"{PATH}/{made['id']}/grants", json={"roles": [HR], "relations": [f"/facilities/{BVT}"]}))
        assert again["version"] == made["version"]

    async def test_refused_above_outside_stale_and_to_oneself(self, town: World) -> None:
        made = await invite(town)
        linh, path = town.api.as_("linh"), f"{PATH}/{made['id']}/grants"
        same = {"roles": [HR], "relations": [f"/facilities/{BVT}"]}
        assert problem(await linh.put(path, json=same | {"roles": ["auditor"]}), 403) == "role-above-yours"
        assert problem(await linh.put(path, json=same | {"relations": ["/territories/VN-01"]}), 403) == "place-not-yours"
        assert problem(await linh.put(path, json=same, headers={"If-Match": '"7"'}), 412) == "changed-meanwhile"
        await known(town, "mai.tran", subject_of(town, "linh"))
        assert problem(await linh.put(path, json=same | {"roles": [SIGNATORY]}), 403) == "own-account"
        assert problem(await linh.post(f"{PATH}/{made['id']}/closure", json={"reason": "bye"}), 403) == "own-account"

    async def test_the_account_of_somebody_above_is_not_theirs_to_keep(self, town: World) -> None:
        made = await invite(town)
        async with town.as_worker() as session:
            await session.execute(town.sql("UPDATE accounts SET roles = '{auditor}'"))
        assert problem(await town.api.as_("linh").post(f"{PATH}/{made['id']}/closure", json={"reason": "watches me"}), 403) == "role-above-yours"


class TestSubstitutes:
    @pytest.fixture
    async def two(self, town: World) -> tuple[dict[str, Any], dict[str, Any]]:
        """Two people of one hospital: who is away, and who stands in."""
        mai, khoa = await invite(town), await invite(town, "khoa.vu", roles=[HEAD], name="Vũ Đình Khoa")
        await known(town, "mai.tran", "s-mai")
        await known(town, "khoa.vu", "s-khoa")
        return mai, khoa

    async def test_refused_for_days_that_are_past_backwards_or_without_end(self, town: World, two: Any) -> None:
        mai, khoa = two
        path, linh = f"{PATH}/{mai['id']}/substitutes", town.api.as_("linh")
        body = {"substitute_id": khoa["id"]}
        assert problem(await linh.post(path, json=body | days("2025-09-30")), 422) == "malformed"
        assert problem(await linh.post(path, json=body | days("2025-10-17", "2025-10-06")), 422) == "malformed"
        assert problem(await linh.post(path, json=body | {"starts_on": "2025-10-06", "reason": "leave"}), 422) == "malformed"
        assert problem(await linh.post(path, json=body | days("2025-10-06", "2026-10-07")), 409) == "substitute-without-end"
        assert ok(await linh.post(path, json=body | days("2025-10-06", "2026-10-06")))["state"] == "named"

    async def test_refused_on_days_that_overlap(self, town: World, two: Any) -> None:
        mai, khoa = two
        third = await invite(town, "third")
        linh = town.api.as_("linh")
        ok(await linh.post(f"{PATH}/{mai['id']}/substitutes", json={"substitute_id": khoa["id"]} | days()))
        again = await linh.post(f"{PATH}/{mai['id']}/substitutes", json={"substitute_id": third["id"]} | days("2025-10-17", "2025-10-20"))
        assert problem(again, 409) == "substitute-overlaps"
        taken = await linh.post(f"{PATH}/{third['id']}/substitutes", json={"substitute_id": khoa["id"]} | days("2025-10-17", "2025-10-20"))
        assert problem(taken, 409) == "substitute-is-taken"

    async def test_refused_by_oneself_for_oneself_and_outside(self, town: World, two: Any) -> None:
        mai, khoa = two
        linh = town.api.as_("linh")
        assert problem(await linh.post(f"{PATH}/{mai['id']}/substitutes", json={"substitute_id": mai["id"]} | days()), 422) == "malformed"
        stranger = await invite(town, "stranger", who="hanoi", at="/territories/VN-01")
        assert problem(await linh.post(f"{PATH}/{mai['id']}/substitutes", json={"substitute_id": stranger["id"]} | days()), 422) == "malformed"
        assert problem(await town.api.as_("hanoi").post(f"{PATH}/{mai['id']}/substitutes", json={"substitute_id": stranger["id"]} | days()), 404) == "not-found"
        await known(town, "khoa.vu", subject_of(town, "linh"))
        assert problem(await linh.post(f"{PATH}/{mai['id']}/substitutes", json={"substitute_id": khoa["id"]} | days()), 403) == "own-account"

    async def test_refused_when_the_substitute_would_hold_roles_that_are_kept_apart_or_more_than_both(self, town: World, two: Any) -> None:
        mai, _khoa = two
        linh = town.api.as_("linh")
        signs = await invite(town, "signs", roles=[SIGNATORY])
        assert problem(await linh.post(f"{PATH}/{mai['id']}/substitutes", json={"substitute_id": signs["id"]} | days()), 409) == "roles-kept-apart"
        elsewhere = await invite(town, "elsewhere", roles=[HEAD], at=f"/facilities/{BACHE}")
        assert problem(await linh.post(f"{PATH}/{mai['id']}/substitutes", json={"substitute_id": elsewhere["id"]} | days()), 409) == "substitute-would-hold-more"

    async def test_an_administrator_who_leaves_names_who_stands_in(self, town: World, two: Any) -> None:
        _mai, khoa = two
        own = await invite(town, "linh", roles=[ADMINISTRATOR], at=f"/facilities/{BVT}")
        await known(town, "linh", subject_of(town, "linh"))
        named = ok(await town.api.as_("linh").post(f"{PATH}/{own['id']}/substitutes", json={"substitute_id": khoa["id"]} | days()))
        assert (named["account_id"], named["substitute_name"]) == (own["id"], "Vũ Đình Khoa")

    async def test_begins_and_ends_by_itself_on_its_days(self, town: World, two: Any) -> None:
        mai, khoa = two
        named = ok(await town.api.as_("linh").post(f"{PATH}/{mai['id']}/substitutes", json={"substitute_id": khoa["id"]} | days()))
        assert named["state"] == "named"
        await turn_substitutes()
        assert await self.holds(town, khoa) == ([HEAD], ())
        for day, holds, state in (
            ("2025-10-06", ([HR, HEAD], ("s-mai",)), "running"),
            ("2025-10-17", ([HR, HEAD], ("s-mai",)), "running"),
            ("2025-10-18", ([HEAD], ()), "over"),
        ):
            with environment(RELAIS_TODAY=day):
                await turn_substitutes()
                await turn_substitutes()
                assert await self.holds(town, khoa) == (sorted(holds[0]), holds[1])
                [told] = ok(await town.api.as_("linh").get(f"{PATH}/{khoa['id']}"))["stands_in"]
                assert told["state"] == state
        assert len(await audited(town, "account.substitute_began")) == 1
        [row] = await audited(town, "account.substitute_ended")
        assert (row["actor"], row["after"]["for"], row["after"]["by"]) == ("task:accounts", mai["id"], khoa["id"])

    async def test_one_that_begins_today_begins_now_and_ends_when_it_is_needed_no_more(self, town: World, two: Any) -> None:
        mai, khoa = two
        linh = town.api.as_("linh")
        named = ok(await linh.post(f"{PATH}/{mai['id']}/substitutes", json={"substitute_id": khoa["id"]} | days("2025-10-01")))
        assert named["state"] == "running"
        assert await self.holds(town, khoa) == (sorted([HR, HEAD]), ("s-mai",))
        ended = ok(await linh.post(f"{PATH}/{mai['id']}/substitutes/{named['id']}/ending"))
        assert (ended["state"], ended["ended_on"]) == ("over", "2025-10-01")
        assert await self.holds(town, khoa) == ([HEAD], ())
        assert problem(await linh.post(f"{PATH}/{mai['id']}/substitutes/{named['id']}/ending"), 409) == "state-does-not-allow"
        ok(await linh.post(f"{PATH}/{mai['id']}/substitutes", json={"substitute_id": khoa["id"]} | days("2025-10-01")))

    async def test_follows_what_the_absent_is_given_or_loses(self, town: World, two: Any) -> None:
        mai, khoa = two
        linh = town.api.as_("linh")
        ok(await linh.post(f"{PATH}/{mai['id']}/substitutes", json={"substitute_id": khoa["id"]} | days("2025-10-01")))
        await known(town, "khoa.vu", "s-khoa")
        ok(await linh.put(f"{PATH}/{mai['id']}/grants", json={"roles": ["mentor"], "relations": [f"/facilities/{BVT}"]}))
        await turn_substitutes()
        assert await self.holds(town, khoa) == (sorted([HEAD, "mentor"]), ("s-mai",))
        assert ok(await linh.get(f"{PATH}/{khoa['id']}"))["application"]["state"] == "to_be_applied"
        apart = await linh.put(f"{PATH}/{mai['id']}/grants", json={"roles": ["mentor"], "relations": [f"/facilities/{BACHE}"]})
        assert problem(apart, 409) == "substitute-would-hold-more"

    async def test_ends_with_the_account_of_either(self, town: World, two: Any) -> None:
        mai, khoa = two
        linh = town.api.as_("linh")
        ok(await linh.post(f"{PATH}/{mai['id']}/substitutes", json={"substitute_id": khoa["id"]} | days("2025-10-01")))
        closed = ok(await linh.post(f"{PATH}/{mai['id']}/closure", json={"reason": "Left"}))
        assert (closed["state"], closed["replaced_by"][0]["state"]) == ("closed", "over")
        assert await self.holds(town, khoa) == ([HEAD], ())
        assert await self.holds(town, mai) == ([], ())

    @staticmethod
    async def holds(world: World, account: dict[str, Any]) -> tuple[list[str], tuple[str, ...]]:
        """What the identity provider is to give an account today."""
        async with world.as_worker() as session:
            wanted = await wanted_of(session, await session.get_one(Account, account["id"]))
            return sorted(wanted.roles), wanted.acting_for


class TestClosed:
    async def test_signs_in_no_more_and_does_not_come_back(self, town: World) -> None:
        made = await invite(town)
        linh = town.api.as_("linh")
        closed = ok(await linh.post(f"{PATH}/{made['id']}/closure", json={"reason": "Left the hospital"}))
        assert (closed["state"], closed["closed_on"], closed["closed_reason"]) == ("closed", "2025-10-01", "Left the hospital")
        assert problem(await linh.post(f"{PATH}/{made['id']}/closure", json={"reason": "again"}), 409) == "state-does-not-allow"
        assert problem(await linh.put(f"{PATH}/{made['id']}/grants", json={"roles": [HR], "relations": [f"/facilities/{BVT}"]}), 409) == "state-does-not-allow"
        [row] = await audited(town, "account.closed")
        assert (row["before"]["state"], row["after"]["state"]) == ("open", "closed")
        ok(await linh.post(PATH, json=invitation()))  # the identity provider never had the first one: its name is free

    async def test_by_itself_when_the_last_employment_has_ended(self, town: World) -> None:
        linh, person = town.api.as_("linh"), await town.person()
        first = await self.employ(town, person, BVT)
        second = await self.employ(town, person, BACHE)
        made = await invite(town, person_id=person["id"])
        other = await invite(town, "other")
        for employment, ends_on in ((first, "2025-09-30"), (second, "2025-10-10")):
            ok(await linh.post(f"{BASE}/employments/{employment['id']}/ending", json={"ends_on": ends_on, "departure": "resigned"}))
        await close_departed()
        assert await self.state(town, made) == "open"
        with environment(RELAIS_TODAY="2025-10-10"):
            await keep_accounts()
            assert await self.state(town, made) == "open"  # the last day is whole
        with environment(RELAIS_TODAY="2025-10-11"):
            await keep_accounts()
            await keep_accounts()
        assert await self.state(town, made) == "closed"
        assert await self.state(town, other) == "open"
        [row] = await audited(town, "account.closed")
        assert (row["actor"], row["after"]["reason"]) == ("task:accounts", "departure")

    async def test_who_is_invited_after_leaving_keeps_the_account(self, town: World) -> None:
        """A retired mentor, say."""
        person = await town.person()
        employment = await self.employ(town, person, BVT)
        ok(await town.api.as_("linh").post(f"{BASE}/employments/{employment['id']}/ending", json={"ends_on": "2025-09-30", "departure": "retired"}))
        made = await invite(town, roles=["mentor"], person_id=person["id"])
        await close_departed()
        assert await self.state(town, made) == "open"

    @staticmethod
    async def employ(world: World, person: dict[str, Any], facility: str) -> dict[str, Any]:
        body = {
            "facility_code": facility,
            "occupation_code": "VN-BS",
            "employment_type": "public_employee",
            "status": "confirmed",
            "starts_on": "2020-01-01",
            "done_on": "2020-01-01",
        }
        return ok(await world.api.as_("linh").post(f"{BASE}/persons/{person['id']}/employments", json=body))

    @staticmethod
    async def state(world: World, account: dict[str, Any]) -> str:
        return str(ok(await world.api.as_("linh").get(f"{PATH}/{account['id']}"))["state"])


class TestLinked:
    async def test_a_sign_in_is_a_person(self, town: World) -> None:
        made, person = await invite(town), await town.person()
        await known(town, "mai.tran", subject_of(town, "hr-bvt"))
        linked = ok(await town.api.as_("linh").post(f"{PATH}/{made['id']}/person", json={"person_id": person["id"]}))
        assert (linked["person_id"], linked["application"]["state"]) == (person["id"], "applied")
        assert ok(await town.api.as_("hr-bvt").get(f"{BASE}/persons/me/account")) == {"person_id": person["id"]}
        another = await town.person("Lê Văn Bình", birth_date="1979-01-01")
        assert problem(await town.api.as_("linh").post(f"{PATH}/{made['id']}/person", json={"person_id": another["id"]}), 409) == "account-taken"

    async def test_a_link_made_from_the_persons_page_is_seen_here(self, town: World) -> None:
        made, person = await invite(town), await town.person()
        await known(town, "mai.tran", "s-mai")
        ok(await town.api.as_("linh").post(f"{BASE}/persons/{person['id']}/account", json={"subject": "s-mai"}))
        assert ok(await town.api.as_("linh").get(f"{PATH}/{made['id']}"))["person_id"] == person["id"]


class TestFixed:
    """The embedded stack: accounts are made from a file."""

    @pytest.fixture
    def realm_file(self, tmp_path: Path) -> Iterator[None]:
        users = [
            {"username": "hr-bvt", "email": "hr@example.org", "attributes": {"name": ["Trần Thị Mai"]}, "realmRoles": [HR, "records-officer"], "groups": [f"/facilities/{BVT}"]},
            {"username": "elsewhere", "attributes": {"name": ["Đặng Ánh"]}, "realmRoles": [ADMINISTRATOR], "groups": ["/territories/VN-01"]},
            {"username": "nowhere", "attributes": {"name": ["Bùi Anh Tuấn"]}, "realmRoles": ["operations"], "groups": []},
            {"username": "service-account-relais-registry", "serviceAccountClientId": "relais-registry", "enabled": True},
        ]
        file = tmp_path / "realm.json"
        file.write_text(json.dumps({"users": users}), encoding="utf-8")
        with environment(RELAIS_ACCOUNTS="fixed", RELAIS_ACCOUNTS_FILE=str(file)):
            yield

    async def test_they_are_shown_and_cannot_be_changed(self, world: World, realm_file: None) -> None:
        linh = world.api.as_("linh")
        await find_accounts()
        await find_accounts()
        [found] = ok(await linh.get(PATH))["items"]
        assert (found["username"], found["roles"], found["relations"], found["application"]) == ("hr-bvt", [HR, "records-officer"], [f"/facilities/{BVT}"], "applied")
        said = ok(await linh.get(f"{PATH}/kept"))
        assert (said["kept_by"], said["changeable"]) == ("fixed", False)
        assert "fixed" in said["detail"]
        for method, path, body in (
            ("POST", PATH, invitation()),
            ("PUT", f"{PATH}/{found['id']}/grants", {"roles": [HEAD], "relations": [f"/facilities/{BVT}"]}),
            ("POST", f"{PATH}/{found['id']}/closure", {"reason": "left"}),
            ("POST", f"{PATH}/{found['id']}/substitutes", {"substitute_id": found["id"]} | days()),
            ("PUT", f"{PATH}/{found['id']}/first-password", None),
        ):
            assert problem(await linh.request(method, path, json=body), 409) == "accounts-are-fixed", path
        allowed = {one["act"]: one["allowed"] for one in ok(await linh.get(f"{PATH}/{found['id']}"))["available_actions"]}
        assert allowed == {"change": False, "substitute": False, "link": True, "first_password": False, "close": False}

    async def test_being_found_takes_nobodys_token_away(self, world: World, realm_file: None) -> None:
        """Nothing changed at the identity provider: the tokens of before are still good."""
        await find_accounts()
        async with world.as_worker() as session:
            assert (await revocations_in_force(session))["items"] == []


class TestRules:
    def test_every_role_is_given_by_somebody(self) -> None:
        assert GIVEN | ABOVE == ROLES
        assert not GIVEN & ABOVE

    @pytest.mark.parametrize(
        ("paths", "home"),
        [(["VN.VN-22.VN-22-BVT"], "VN.VN-22.VN-22-BVT"), (["VN.VN-22.VN-22-BVT", "VN.VN-22"], "VN.VN-22"), (["VN.VN-22", "VN.VN-01"], "VN"), (["VN", "FR"], ""), ([], "")],
    )
    def test_an_account_belongs_to_what_its_places_have_in_common(self, paths: list[str], home: str) -> None:
        assert home_of(paths) == home

    @given(st.sets(st.sampled_from(sorted(ROLES)), max_size=4))
    def test_roles_kept_apart_are_found_whatever_stands_beside_them(self, roles: set[str]) -> None:
        found = roles_kept_apart(roles)
        assert found is None or set(found) <= roles
        assert roles_kept_apart(roles | {"signatory", "facility-hr-officer"}) is not None

    @given(*[st.sets(st.sampled_from("abc"), min_size=1)] * 2, *[st.sets(st.sampled_from("xyz"), min_size=1)] * 2)
    def test_a_substitute_never_holds_more_than_both_accounts(self, roles: set[str], others: set[str], places: set[str], elsewhere: set[str]) -> None:
        absent, stand_in = Account(roles=sorted(roles), relations=sorted(places)), Account(roles=sorted(others), relations=sorted(elsewhere))
        before = {(role, place) for role in roles for place in places} | {(role, place) for role in others for place in elsewhere}
        together = {(role, place) for role in roles | others for place in places | elsewhere}
        if together == before:
            must_not_spread(absent, stand_in)
        else:
            with pytest.raises(Refused):
                must_not_spread(absent, stand_in)
