"""What recruitment announces about contests: each post that one opens, so that the figures count posts and show them one by one."""

from datetime import date
from typing import Literal
from uuid import UUID, uuid5

from pydantic import ConfigDict

from services.recruitment.contests.models import Contest, Lot
from services.recruitment.needs.models import Need
from shared.events import Event


class ContestPostOpened(Event):
    """A contest opens one post at a facility, in a region, for a title."""

    type = "recruitment.contest_post.opened.v1"
    topic = "relais.recruitment.contest_posts"
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "5f0c2a54-2a0e-5a7d-8a35-8a1d4f0c2b11",
                    "contest_id": "01a20336-3b26-76a6-aed0-867dc2ee8f68",
                    "need_id": "01a20335-c1d2-7c1a-90a3-4f0a0f2b6c11",
                    "code": "C-FM-2021",
                    "facility_code": "MA-03-CHPTZ",
                    "authority_path": "MA.MA-03",
                    "region": "MA-03",
                    "occupation_code": "MA-IP",
                    "grade": "1",
                    "state": "open",
                    "opened_on": "2021-07-05",
                    "exam_on": "2021-09-12",
                }
            ]
        }
    )

    contest_id: UUID
    need_id: UUID
    code: str
    facility_code: str
    authority_path: str
    region: str
    occupation_code: str
    grade: str
    state: Literal["open"]
    opened_on: date
    exam_on: date


def posts_of(contest: Contest, lot: Lot, need: Need, opened_on: date) -> list[ContestPostOpened]:
    """One fact for each seat of a need, with an identity of its own."""
    return [
        ContestPostOpened(
            id=uuid5(need.id, f"{contest.id}/{seat}"),
            contest_id=contest.id,
            need_id=need.id,
            code=contest.code,
            facility_code=need.facility_code,
            authority_path=contest.authority_path,
            region=lot.region,
            occupation_code=need.occupation_code,
            grade=contest.grade,
            state="open",
            opened_on=opened_on,
            exam_on=contest.exam_on,
        )
        for seat in range(1, need.quantity + 1)
    ]
