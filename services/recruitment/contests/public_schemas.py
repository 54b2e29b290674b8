"""A contest as anybody reads it, what a candidate sends without an account, and what their private link opens."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from services.recruitment.applications.schemas import FileRead, Key
from services.recruitment.contests.calendar import appeal_until
from services.recruitment.contests.guards import titles_for
from services.recruitment.contests.models import Application, Contest, Lot, Result
from services.recruitment.contests.schemas import Declared, PaperRead
from services.recruitment.workflow import RESULTS
from shared.i18n import _

TOLD = ("CONTEST-AGE", "CONTEST-DOCUMENTS", "REC-WINDOW")


class PlaceRead(BaseModel):
    """A place of the posts, which a candidate may want first."""

    id: UUID
    name: str


class TitleRead(BaseModel):
    """A title that answers the posts, in each language in which the registry names it."""

    code: str
    names: dict[str, str]


class LotPublic(BaseModel):
    """The posts of one region and title."""

    id: UUID
    region: str
    occupation_code: str
    titles: list[TitleRead] = Field(description="The titles that answer these posts, their own first.")
    posts: int
    places: list[PlaceRead]

    @classmethod
    def of(cls, contest: Contest, lot: Lot) -> Self:
        names = contest.names
        places = [PlaceRead(id=need_id, name=names.get(str(need_id), "–")) for need_id in lot.need_ids]
        titles = [TitleRead(code=code, names=names.get(code, {})) for code in titles_for(lot, contest.pack)]
        return cls(id=lot.id, region=names.get(lot.region, lot.region), occupation_code=lot.occupation_code, titles=titles, posts=lot.posts, places=places)


class ContestPublic(BaseModel):
    """The notice: posts by region, the last day, the session, the documents, and each rule that decides on an application. No person."""

    id: UUID
    code: str
    title: str
    authority: str
    authority_code: str
    grade: str
    opening_decision: str
    opens_on: date
    closes_on: date
    exam_on: date
    posts: int
    lots: list[LotPublic]
    papers: list[PaperRead]
    documents: list[str] = Field(description="What is handed in with the application.")
    quotas: list[str]
    priorities: list[str]
    rules: list[dict[str, Any]]

    @classmethod
    def of(cls, contest: Contest) -> Self:
        pack, campaign = contest.pack, contest.campaign
        same = {name: getattr(contest, name) for name in ("id", "code", "title", "grade", "opening_decision", "exam_on", "posts")}
        return cls(
            **same,
            authority=contest.names.get(contest.authority, contest.authority),
            authority_code=contest.authority,
            opens_on=campaign.opens_on,
            closes_on=campaign.closes_on,
            lots=[LotPublic.of(contest, lot) for lot in contest.lots],
            papers=[PaperRead.model_validate(paper, from_attributes=True) for paper in contest.papers],
            documents=pack.rule("CONTEST-DOCUMENTS").value,
            quotas=sorted(pack.rule("CONTEST-QUOTAS").value),
            priorities=sorted(pack.rule("CONTEST-POINTS").value),
            rules=[pack.rule(name).told() for name in TOLD],
        )


class ContestForm(Declared):
    """What a candidate says without an account. Name, birth and how to reach them go to the register of persons and stay there alone."""

    name: Annotated[str, StringConstraints(min_length=2, max_length=200)] = Field(examples=["Amal Berrada"])
    birth_date: date
    email: Annotated[str, StringConstraints(min_length=3, max_length=300)] | None = None
    phone: Annotated[str, StringConstraints(min_length=3, max_length=40)] | None = None
    consent: Literal[True] = Field(description="The candidate agrees that the authority that holds the contest sees what is said here.")
    key: Key = Field(description="The secret of the private link, drawn by the sender: a form sent twice is one application.")

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if not self.email and not self.phone:
            raise ValueError(_("Say an e-mail address or a phone number, or nobody can answer you."))
        return self


class OwnContestApplication(BaseModel):
    """What the candidate reads of their own by the private link. No name: whoever holds a lost link learns none."""

    id: UUID
    contest_code: str
    contest_title: str
    authority: str
    region: str
    occupation_code: str
    exam_on: date
    state: Literal["submitted", "admitted", "inadmissible", "appealed", "dismissed", "withdrawn"]
    submitted_on: date
    decided_on: date | None
    reason: str | None
    appeal_until: date | None
    answered_on: date | None
    answer: str | None
    withdrawn_on: date | None
    files: list[FileRead]
    link_until: date | None
    results_on: date | None
    outcome: str | None
    rank: int | None
    total: Decimal | None

    @classmethod
    def of(cls, application: Application, result: Result | None = None) -> Self:
        contest = application.contest
        told = result if contest.state == RESULTS else None
        same = {name: getattr(application, name) for name in cls.model_fields if name != "files" and hasattr(application, name)}
        return cls(
            **same,
            contest_code=contest.code,
            contest_title=contest.title,
            authority=contest.names.get(contest.authority, contest.authority),
            region=contest.names.get(application.lot.region, application.lot.region),
            exam_on=contest.exam_on,
            appeal_until=appeal_until(application.decided_on, contest.pack) if application.state == "inadmissible" and application.decided_on else None,
            files=[FileRead.of(file) for file in application.files],
            link_until=application.key_expires_on,
            results_on=contest.results_on,
            outcome=told.outcome if told else None,
            rank=told.rank if told else None,
            total=told.total if told else None,
        )
