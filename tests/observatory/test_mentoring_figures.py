"""Mentoring, skills and agreements as figures: TRF-01 as of any day, skills before and after, what agreements promise."""

from typing import Any

from tests.observatory.conftest import Ask, Tell
from tests.observatory.test_counts import agreement
from tests.observatory.world import Message, fact, known

YEAR = {"from": "2025-01-01", "to": "2025-09-30"}


def entry(name: str, level: int, on: str, state: str = "recorded", act: str = "cardiac-arrest") -> Message:
    return fact("training.mentoring_entries", state, f"{name} {act} {on}", name, act=act, level=level, found_on=on, state=state)


def target(level: int, act: str = "cardiac-arrest", occupation: str = "", since: str = "2025-01-01") -> Message:
    return fact("training.mentoring_targets", "set", f"{act} {occupation} {since}", act=act, occupation_code=occupation, level=level, since=since)


def mentorship(*names: str, **more: Any) -> Message:
    learners = [{"person_id": known(f"person {name}"), "occupation_code": "VN-BS", "since": "2025-01-01", "left_on": None} for name in names]
    return fact("training.mentorships", "opened", "mentorship", state="active", starts_on="2025-01-01", ends_on="2025-12-31", learners=learners, **more)


def skill(name: str, before: int | None, after: int | None) -> Message:
    body = {"act": "cardiac-arrest", "target_level": 3, "before": before, "after": after, "first_day": "2025-03-10", "last_day": "2025-03-11"}
    return fact("training.session_skills", "assessed", f"skill {name}", name, **body)


async def test_the_gap_closes_as_of_any_day(ask: Ask, tell: Tell) -> None:
    """Three learners need 4 on two acts (A22's items): the gap of 16 is 4 later, 75 % closed; a struck entry and what comes after the day count nothing."""
    first = {"A": (1, 1), "B": (2, 1), "C": (1, 2)}
    now = {"A": (4, 3), "B": (4, 4), "C": (3, 2)}
    acts = ("cardiac-arrest", "anaphylaxis")
    told = [entry(name, level, "2025-02-01", act=act) for name, levels in first.items() for act, level in zip(acts, levels, strict=True)]
    told += [entry(name, level, "2025-08-01", act=act) for name, levels in now.items() for act, level in zip(acts, levels, strict=True)]
    await tell(mentorship("A", "B", "C"), *(target(4, act) for act in acts), *told, entry("C", 5, "2025-09-01", "struck"), entry("C", 5, "2025-10-15"))
    seen = (await ask("mentoring.gap_closure_percent", as_of="2025-09-30")).json()
    assert (seen["value"], seen["numerator"], seen["denominator"]) == (75, 12, 16)
    assert (await ask("mentoring.gap_closure_percent", as_of="2025-05-31")).json()["value"] == 0
    # Doctors need less from September on: the gap that counts is theirs.
    await tell(target(2, "cardiac-arrest", "VN-BS", "2025-09-01"))
    assert (await ask("mentoring.gap_closure_percent", as_of="2025-09-30")).json()["denominator"] == 10


async def test_skills_before_and_after(ask: Ask, tell: Tell) -> None:
    await tell(*(skill(f"P{number}", 1 if number else 3, 3 if number < 9 else 2) for number in range(10)), skill("absent", 2, None))
    assert [(await ask(f"training.skills_{moment}", **YEAR)).json()["value"] for moment in ("before", "after")] == [9, 90]


async def test_what_agreements_promise(ask: Ask, tell: Tell) -> None:
    eight = [{"id": known(f"obligation {number}"), "specialty": f"specialty-{number}", "visits_per_month": 1} for number in range(8)]
    await tell(agreement("VN-22-H1", "VN-22-TYT1", obligations=eight), agreement("VN-22-H1", "VN-22-TYT2", state="draft", obligations=[eight[0] | {"id": known("draft")}]))
    assert (await ask("agreement.obligations", as_of="2025-09-30")).json()["value"] == 8
    assert (await ask("agreement.obligations", as_of="2024-12-31")).json()["value"] == 0
