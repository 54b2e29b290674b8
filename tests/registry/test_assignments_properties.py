"""Whatever HR writes, in whatever order: nothing overlaps, nothing is overfilled, and every instant can be read again."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.clock import now
from tests.registry.world import BACHE, BASE, BVT, World, ok

START = date(2025, 1, 1)
HORIZON = 24
some_day = st.integers(0, HORIZON - 1).map(lambda n: START + timedelta(days=n))
few = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])


def attempt() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "person": st.integers(0, 1),
            "post": st.integers(0, 1),
            "kind": st.sampled_from(["primary", "concurrent"]),
            "fte_share": st.sampled_from([0.4, 0.6, 1]),
            "first": some_day,
            "length": st.none() | st.integers(1, 10),
        }
    )


def may_stand(wish: dict[str, Any], accepted: list[dict[str, Any]]) -> bool:
    """The rules, counted day by day."""
    for n in range(HORIZON + 12):
        day = START + timedelta(days=n)
        if not _covers(wish, day):
            continue
        others = [one for one in accepted if _covers(one, day)]
        if sum(one["fte_share"] for one in others if one["post"] == wish["post"]) + wish["fte_share"] > 1 + 1e-9:
            return False
        own = [one for one in others if one["person"] == wish["person"]]
        if wish["kind"] == "primary" and any(one["kind"] == "primary" for one in own):
            return False
        if sum(one["fte_share"] for one in own) + wish["fte_share"] > 1.2 + 1e-9:
            return False
    return True


def _covers(one: dict[str, Any], day: date) -> bool:
    return one["first"] <= day and (one["length"] is None or day < one["first"] + timedelta(days=one["length"]))


@few
@given(wishes=st.lists(attempt(), min_size=3, max_size=7))
async def test_what_is_accepted_is_what_the_rules_allow(world: World, wishes: list[dict[str, Any]]) -> None:
    people = [await world.person("Nguyễn Thị Hoa"), await world.person("Lê Văn Bình")]
    posts = [await world.post(BVT), await world.post(BACHE)]
    accepted: list[dict[str, Any]] = []
    for wish in wishes:
        last = None if wish["length"] is None else (wish["first"] + timedelta(days=wish["length"] - 1)).isoformat()
        answer = await world.try_assignment(
            people[wish["person"]], post_id=posts[wish["post"]]["id"], kind=wish["kind"], fte_share=wish["fte_share"], starts_on=wish["first"].isoformat(), ends_on=last
        )
        assert (answer.status_code == 201) == may_stand(wish, accepted), answer.text
        if answer.status_code == 201:
            accepted.append(wish)


acts = st.lists(
    st.one_of(
        st.fixed_dictionaries({"name": st.just("changes"), "effective_on": some_day, "fte_share": st.sampled_from([0.3, 0.5, 0.9])}),
        st.fixed_dictionaries({"name": st.just("corrections"), "reason": st.just("typed wrong"), "starts_on": some_day}),
        st.fixed_dictionaries({"name": st.just("corrections"), "reason": st.just("typed wrong"), "fte_share": st.sampled_from([0.4, 0.7])}),
        st.fixed_dictionaries({"name": st.just("corrections"), "reason": st.just("it never ended"), "open_ended": st.just(True)}),
        st.fixed_dictionaries({"name": st.just("ending"), "reason": st.just("left"), "ends_on": some_day}),
    ),
    min_size=2,
    max_size=6,
)


@few
@given(acts=acts)
async def test_every_instant_reads_as_it_was_known_then(world: World, acts: list[dict[str, Any]]) -> None:
    linh = world.api.as_("linh")
    assignment = await world.assignment(await world.person())
    address = f"{BASE}/assignments/{assignment['id']}"
    beliefs = [(now(), assignment["periods"])]
    for act in acts:
        answer = await linh.post(f"{address}/{act['name']}", json={key: value.isoformat() if isinstance(value, date) else value for key, value in act.items() if key != "name"})
        assert answer.status_code in (201, 409, 422), answer.text
        beliefs.append((now(), ok(await linh.get(address))["periods"]))

    for known_at, periods in beliefs:
        then = ok(await linh.get(address, params={"known_at": known_at.isoformat()}))["periods"]
        assert then == periods
        for earlier, later in pairwise(then):
            assert earlier["valid_to"] < later["valid_from"]
    known_at, periods = beliefs[-1]
    for n in range(0, HORIZON, 5):
        day = (START + timedelta(days=n)).isoformat()
        true_that_day = [one for one in periods if one["valid_from"] <= day and (one["valid_to"] is None or day <= one["valid_to"])]
        listed = ok(await linh.get(f"{BASE}/assignments", params={"person": assignment["person_id"], "as_of": day, "known_at": known_at.isoformat()}))["items"]
        assert [one["fte_share"] for one in listed] == [one["fte_share"] for one in true_that_day]
