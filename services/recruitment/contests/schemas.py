"""Contests over HTTP. What a marker reads holds numbers alone; what names a person is not for markers."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from services.recruitment.applications.schemas import FileRead
from services.recruitment.contests.calendar import appeal_until, calendar_of, latest_posting
from services.recruitment.contests.guards import (
    appeal_must_be_in_time,
    application_must_be_admissible,
    criteria_of,
    exam_must_follow_window,
    jury_must_stand,
    list_must_be_posted_in_time,
    numbering_must_follow_the_list,
)
from services.recruitment.contests.models import Application, Contest, KeptRanking, Result
from services.recruitment.contests.permissions import can_announce, can_answer_appeal, can_conduct, can_mark, can_preside
from services.recruitment.contests.ranking import reserved_seats
from services.recruitment.policies.eligibility import shown
from services.recruitment.policies.schemas import Code, Line, Reference, Word
from services.recruitment.workflow import APPLICATION, CONTEST, DRAFT, NUMBERED, PUBLISHED, RESULTS
from shared.actions import Action, action
from shared.auth import Caller
from shared.clock import today
from shared.errors import Refused
from shared.i18n import _, translate
from shared.records import Body
from shared.rulepacks import Rule
from shared.workflow import Workflow

Account = Annotated[str, StringConstraints(pattern=r"^\S+#\S+$", max_length=300)]
Number = Annotated[str, StringConstraints(min_length=1, max_length=20)]


class PaperBody(Body):
    """A paper: what it weighs, and whether two members mark it without seeing each other's mark."""

    code: Word = Field(examples=["written"])
    title: Line
    kind: Literal["written", "practical", "oral"]
    minutes: int = Field(gt=0, le=600)
    coefficient: Decimal = Field(gt=0, le=100)
    double_marked: bool = False


class ContestCreate(Body):
    """A contest as opened by a decision. Its posts are those of validated needs; regions and titles follow from them."""

    reference: Reference | None = None
    code: Annotated[str, StringConstraints(min_length=1, max_length=60)] = Field(examples=["C-FM-2021"])
    title: Line
    authority: Code = Field(examples=["VN-22"])
    grade: Line = Field(examples=["1"])
    opening_decision: Line
    policy_id: UUID | None = Field(None, description="An attraction policy whose money it offers.")
    need_ids: list[UUID] = Field(min_length=1, max_length=500)
    opens_on: date
    closes_on: date | None = Field(None, description="Last day, whole; the law's shortest window when not said.")
    exam_on: date
    papers: list[PaperBody] = Field(min_length=1, max_length=10)
    done_on: date | None = None

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if len({paper.code for paper in self.papers}) != len(self.papers):
            raise ValueError(_("Two papers have the same code."))
        if len(set(self.need_ids)) != len(self.need_ids):
            raise ValueError(_("The same need appears twice."))
        return self


class MemberCreate(Body):
    """An account named into the jury."""

    account: Account
    title: Line
    role: Literal["chair", "member"] = "member"
    done_on: date | None = None


class ConflictCreate(Body):
    """A member knows a candidate too well to judge."""

    member_id: UUID
    application_id: UUID
    ground: Literal["family", "hierarchy", "household", "business"]
    done_on: date | None = None


class Step(Body):
    """An act of the procedure that needs nothing but its day."""

    done_on: date | None = None


class MarkBody(Body):
    """A mark for a number; none means absent."""

    number: Number
    mark: Decimal | None = Field(None, max_digits=6, decimal_places=2)


class MarksCreate(Body):
    """The marks that a member gives for one paper, one by one or a whole sheet."""

    paper: Word
    marks: list[MarkBody] = Field(min_length=1, max_length=2000)
    done_on: date | None = None


class Decided(Body):
    """The order between equals whom no rule parts, and the reason."""

    numbers: list[Number] = Field(min_length=2, max_length=100)
    reason: Line


class DeliberationCreate(Body):
    """What the ranking needs beside what is recorded: the seed drawn for lots, and decisions between equals."""

    seed: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = Field(None, description="Drawn in public; one is drawn here when it is not said.")
    decided: list[Decided] = Field(default=[], max_length=100)
    done_on: date | None = None


class ResultsCreate(Body):
    """The publication of the list."""

    list_valid_until: date = Field(description="Last day of the waiting list, whole.")
    done_on: date | None = None


class Declared(Body):
    """What a candidate declares, whoever writes it down."""

    lot_id: UUID
    occupation_code: Code = Field(examples=["VN-BS"])
    degree: Word = Field(examples=["bachelor"])
    experience: Literal["experienced", "new_graduate"]
    quota: Word | None = Field(None, description="The reserved posts that the person asks for.")
    priority: Word | None = Field(None, description="The ground on which points are added.")
    choices: list[UUID] = Field(default=[], max_length=50, description="Needs of the lot, the wanted ones first.")
    serving: bool = Field(False, description="Already in public service.")


class ApplicationCreate(Declared):
    """What a known person declares. Name and birth stay in the registry; only the age on 1 January is kept."""

    reference: Reference | None = None
    contest_id: UUID
    person_id: UUID
    documents: list[Word] = Field(default=[], max_length=20)
    authorised: bool = Field(False, description="Authorised by the employer to compete.")
    done_on: date | None = None


class Admissibility(Body):
    """The decision of a person, with reasons when it refuses; quota and priority count when they are proven."""

    outcome: Literal["admitted", "inadmissible"]
    quota_proven: bool = False
    priority_proven: bool = False
    reason: Line | None = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _with_reasons(self) -> Self:
        if self.outcome == "inadmissible" and not self.reason:
            raise ValueError(_("Say why the application is not admissible."))
        return self


class Appeal(Body):
    """The person appeals."""

    appeal: Line
    done_on: date | None = None


class AppealAnswer(Body):
    """Another person answers the appeal."""

    outcome: Literal["admitted", "inadmissible"]
    answer: Line
    quota_proven: bool = False
    priority_proven: bool = False
    done_on: date | None = None


class LotRead(BaseModel):
    """The posts of a region and title, and how many of them are reserved."""

    id: UUID
    region: str
    occupation_code: str
    posts: int
    need_ids: list[UUID]
    seats: dict[str, int] = Field(description="Seats by list; what a reserved list leaves free reverts to the general one.")


class PaperRead(BaseModel):
    """A paper."""

    code: str
    title: str
    kind: str
    minutes: int
    coefficient: Decimal
    double_marked: bool


class MemberRead(BaseModel):
    """A member of the jury."""

    id: UUID
    account: str
    title: str
    role: str
    is_you: bool


class ContestRead(BaseModel):
    """A contest with its calendar, its rules and what the caller may do next."""

    id: UUID
    reference: str | None
    campaign_id: UUID
    code: str
    title: str
    authority: str
    grade: str
    opening_decision: str
    opens_on: date
    closes_on: date
    is_open: bool
    post_by: date = Field(description="Last day on which the list of those admitted may be posted.")
    exam_on: date
    posts: int
    scale: Decimal
    lots: list[LotRead]
    papers: list[PaperRead]
    members: list[MemberRead]
    quotas: list[str] = Field(description="The reserved posts that a candidate may ask for.")
    priorities: list[str] = Field(description="The grounds on which points are added.")
    rule_pack: str
    rules: list[dict[str, Any]] = Field(description="Every rule that decides something, with value and citation.")
    state: Literal["draft", "published", "listed", "numbered", "marks_closed", "anonymity_lifted", "ranked", "results"]
    drafted_on: date
    published_on: date | None
    listed_on: date | None
    numbered_on: date | None
    closed_on: date | None
    lifted_on: date | None
    results_on: date | None
    list_valid_until: date | None
    applications: dict[str, int] = Field(description="How many applications are in each state.")
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, contest: Contest, applications: Mapping[str, int]) -> Self:
        day, pack, campaign = today(), contest.pack, contest.campaign
        conduct, preside = can_conduct(caller, contest), can_preside(caller, contest)
        computed = ("is_open", "rules", "quotas", "priorities", "lots", "papers", "members", "applications")
        values = {name: getattr(contest, name) for name in cls.model_fields if name not in computed and hasattr(contest, name)}

        def step(act: str) -> Any:
            return lambda: CONTEST.after(act, contest.state)

        return cls(
            **values,
            opens_on=campaign.opens_on,
            closes_on=campaign.closes_on,
            is_open=campaign.is_open(day),
            post_by=latest_posting(contest.exam_on, pack, calendar_of(pack.jurisdiction, contest.exam_on)),
            lots=[
                LotRead(
                    id=lot.id,
                    region=lot.region,
                    occupation_code=lot.occupation_code,
                    posts=lot.posts,
                    need_ids=lot.need_ids,
                    seats=reserved_seats(lot.posts, contest.formula.quotas),
                )
                for lot in contest.lots
            ],
            papers=[PaperRead.model_validate(paper, from_attributes=True) for paper in contest.papers],
            members=[MemberRead(id=one.id, account=one.account, title=one.title, role=one.role, is_you=one.account == caller.actor) for one in contest.members],
            rules=[pack.rule(name).told() for name in sorted(pack.rules) if name.startswith("CONTEST-") or name in ("REC-WINDOW", "REC-OFFER")],
            quotas=sorted(pack.rule("CONTEST-QUOTAS").value),
            priorities=sorted(pack.rule("CONTEST-POINTS").value),
            applications=dict(applications),
            available_actions=[
                action("name_member", conduct, lambda: _before(CONTEST, contest, DRAFT)),
                action("publish", conduct, step("publish"), lambda: jury_must_stand(contest), lambda: exam_must_follow_window(contest)),
                action("apply", conduct, lambda: _before(CONTEST, contest, PUBLISHED)),
                action("list", conduct, step("list"), lambda: list_must_be_posted_in_time(contest, day)),
                action("number", conduct, step("number"), lambda: numbering_must_follow_the_list(contest, day)),
                action("mark", can_mark(caller, contest), lambda: _before(CONTEST, contest, NUMBERED)),
                action("close_marks", preside, step("close_marks")),
                action("lift", preside, step("lift")),
                action("rank", preside, step("rank")),
                action("announce", can_announce(caller, contest), step("announce")),
                action("offer", conduct, lambda: _before(CONTEST, contest, RESULTS)),
            ],
        )


def _before(table: Workflow, contest: Contest, state: str) -> None:
    """An act that leads nowhere else is open in one state alone. Raises Refused."""
    if contest.state != state:
        raise Refused(
            "state-does-not-allow",
            _("This act is not open: the state is “{state}”."),
            rule=Rule(f"WF-{table.of}", [state], "states that allow it", table.citation),
            possible=_("It is open while the state is “{wanted}”."),
            state=translate(contest.state),
            wanted=translate(state),
        )


class CriterionRead(BaseModel):
    """One condition with the rule behind it, and what would meet it."""

    id: str
    met: bool
    text: str
    possible: str | None
    rule: dict[str, Any]


class ApplicationRead(BaseModel):
    """An application, its criteria, and what the caller may do next."""

    id: UUID
    reference: str | None
    contest_id: UUID
    lot_id: UUID
    region: str
    person_id: UUID
    occupation_code: str
    degree: str
    experience: str
    age: int | None
    quota: str | None
    quota_proven: bool
    priority: str | None
    priority_proven: bool
    choices: list[UUID]
    documents: list[str]
    serving: bool
    authorised: bool
    state: Literal["submitted", "admitted", "inadmissible", "appealed", "dismissed", "withdrawn"]
    submitted_on: date
    decided_on: date | None
    reason: str | None
    appeal_until: date | None
    appealed_on: date | None
    appeal: str | None
    answered_on: date | None
    answer: str | None
    withdrawn_on: date | None
    files: list[FileRead]
    link_until: date | None = Field(description="Last day on which the candidate's private link opens.")
    criteria: list[CriterionRead]
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, application: Application) -> Self:
        contest, day = application.contest, today()
        pack, conduct = contest.pack, can_conduct(caller, contest)
        values = {name: getattr(application, name) for name in cls.model_fields if name not in ("criteria", "region", "files") and hasattr(application, name)}
        return cls(
            **values,
            region=application.lot.region,
            files=[FileRead.of(file) for file in application.files],
            link_until=application.key_expires_on,
            appeal_until=appeal_until(application.decided_on, pack) if application.state == "inadmissible" and application.decided_on else None,
            criteria=[CriterionRead(**shown(criterion.stored())) for criterion in criteria_of(application, pack)],
            available_actions=[
                action("admit", conduct, lambda: APPLICATION.after("admit", application.state), lambda: application_must_be_admissible(application, pack)),
                action("refuse", conduct, lambda: APPLICATION.after("refuse", application.state)),
                action("appeal", conduct, lambda: APPLICATION.after("appeal", application.state), lambda: appeal_must_be_in_time(application, day)),
                action("answer_appeal", can_answer_appeal(caller, application), lambda: APPLICATION.after("grant_appeal", application.state)),
                action("withdraw", conduct, lambda: APPLICATION.after("withdraw", application.state)),
                action("renew_link", conduct),
            ],
        )


class NumberRead(BaseModel):
    """Which number is given to which application: told once, to whoever writes it on the papers."""

    number: str
    application_id: UUID


class NumbersRead(BaseModel):
    """The numbers, told in this answer alone: until the anonymity is lifted nobody reads them again."""

    items: list[NumberRead]


class PaperMarks(BaseModel):
    """What the marker gave for a paper; the marks of others stay closed to them."""

    paper: str
    mark: Decimal | None
    absent: bool
    marked: bool = Field(description="The marker has given theirs.")
    wanted: bool = Field(description="Another mark is wanted for this paper, by this marker or another one.")


class ScriptRead(BaseModel):
    """A script as its marker sees it: a number."""

    number: str
    papers: list[PaperMarks]


class ScriptsRead(BaseModel):
    """Every script that the marker may see, and how many marks are still wanted in all."""

    items: list[ScriptRead]
    wanted: int


class MarksRead(BaseModel):
    """What was entered, and the numbers whose marks differ so much that a third member marks them."""

    entered: int
    third_wanted: list[str]


class RankingRead(BaseModel):
    """A ranking that was kept, with all that it was computed from."""

    id: UUID
    lot_id: UUID
    revision: int
    inputs: dict[str, Any]
    result: list[dict[str, Any]]
    undecided: list[list[str]]
    reason: str | None
    computed_on: date
    reproduced: bool = Field(description="Computed again now from what was recorded, the list is the same.")

    @classmethod
    def of(cls, ranking: KeptRanking, *, reproduced: bool) -> Self:
        values = {name: getattr(ranking, name) for name in cls.model_fields if hasattr(ranking, name)}
        return cls(**values, reproduced=reproduced)


class ResultRead(BaseModel):
    """What became of one candidate, with how: the marks of nobody else."""

    application_id: UUID
    person_id: UUID
    lot_id: UUID
    number: str
    outcome: Literal["selected", "waiting", "eliminated", "below", "absent", "left"]
    rank: int | None
    list: str | None
    waiting: int | None
    average: Decimal | None
    total: Decimal | None
    paper: str | None = Field(description="The paper that eliminated, or from which the candidate was absent.")
    tie: str | None = Field(description="The rule that parted the candidate from equals.")
    choice: int | None = Field(description="Which of the candidate's choices the place is; none when it is none of them.")
    need_id: UUID | None
    candidacy_id: UUID | None
    called_on: date | None
    left_on: date | None
    left_why: str | None

    @classmethod
    def of(cls, result: Result) -> Self:
        values = {name: getattr(result, name) for name in cls.model_fields if hasattr(result, name)}
        return cls(**values, person_id=result.application.person_id)


class OffersSent(BaseModel):
    """How many were called, and who could not be because no post of their place has room."""

    sent: int
    without_post: list[UUID]
