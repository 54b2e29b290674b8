"""May this person practise, in this scope, on this day? The registry answers from the licences themselves, each other service from what it heard of them.

consumer = Consumer("recruitment")
hear_licences(consumer)                                   # in consumers.py
practice_tables()                                         # in a migration (shared/practice_tables.py)
answer = await practice_of(session, person_id, day)       # never asks another service
must_not_have_lost_the_right(answer, occupation_code, pack)   # raises Refused
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field, model_validator
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import ALLOWED, Caller, CallerDep, Permission, allows
from shared.clock import today
from shared.db import SessionDep
from shared.errors import NotFound, Refusal, Refused, problems
from shared.i18n import _, translate
from shared.idempotency import Router
from shared.inbox import Consumer
from shared.replicas import replaced_by
from shared.rulepacks import RulePack

Standing = Literal["in_force", "suspended", "revoked"]
Verdict = Literal["in-force", "no-licence", "not-yet", "out-of-scope", "expired", "suspended", "revoked"]
LOST: frozenset[Verdict] = frozenset({"expired", "suspended", "revoked"})
RULE = "LIC-PRACTICE"
ASKERS = (
    *("regional-administrator", "facility-hr-officer", "head-of-facility", "signatory", "auditor"),
    *("licensing-officer", "agreement-focal-point", "training-institute", "pool-coordinator", "committee-member"),
)
ONE_DAY = timedelta(days=1)

SENTENCES: dict[Verdict, str] = {
    "in-force": _("A licence is in force on this day."),
    "no-licence": _("No licence of this person is recorded."),
    "not-yet": _("The licence is not in force yet on this day."),
    "out-of-scope": _("A licence is in force, but not for this scope."),
    "expired": _("The right to practise has expired."),
    "suspended": _("The right to practise rests."),
    "revoked": _("The right to practise has been withdrawn."),
}


@dataclass(frozen=True)
class Days:
    """Days on which a licence stands one way, both whole."""

    licence_id: UUID
    first: date
    last: date | None
    standing: Standing
    scope: Sequence[str]
    conditions: Sequence[str] = ()

    def covers(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Answer:
    """Yes with the licence that says so and until when, or no with each reason, the nearest to a yes first."""

    person_id: UUID
    on: date
    scope: str | None
    by: Days | None
    until: date | None
    reasons: Sequence[Verdict]
    since: date | None = None
    about: UUID | None = field(default=None)

    @property
    def may(self) -> bool:
        return self.by is not None

    @property
    def is_lost(self) -> bool:
        """There was a right to practise, and it is no more."""
        return not self.may and bool(LOST & set(self.reasons))


def judge(person_id: UUID, known: Iterable[Days], *, scope: str | None, on: date) -> Answer:
    """One licence in force and in scope is enough; without a scope any licence in force is."""
    periods = sorted(known, key=lambda one: (one.first, one.licence_id))
    standing = [one for one in periods if one.covers(on)]
    good = [one for one in standing if one.standing == "in_force" and (scope is None or scope in one.scope)]
    if good:
        best = max(good, key=lambda one: (one.last is None, one.last or date.min))
        return Answer(person_id, on, scope, best, _goes_on_until(best, periods, scope), ["in-force"], about=best.licence_id)
    reasons: list[Verdict] = []
    about = since = None
    for one in sorted(standing, key=lambda one: ("in_force", "suspended", "revoked").index(one.standing)):
        reasons.append("out-of-scope" if one.standing == "in_force" else one.standing)
        about, since = about or one.licence_id, since or one.first
    if not standing:
        past = [one for one in periods if one.last is not None and one.last < on]
        newest = max(past, key=lambda one: one.last or date.max, default=None)
        reasons = ["expired"] if newest else ["not-yet"] if periods else ["no-licence"]
        about = newest.licence_id if newest else periods[0].licence_id if periods else None
        since = newest.last + ONE_DAY if newest and newest.last else None
    return Answer(person_id, on, scope, None, None, list(dict.fromkeys(reasons)), since, about)


def _goes_on_until(best: Days, periods: Sequence[Days], scope: str | None) -> date | None:
    """The last day of the answer: days in force and in scope that follow each other are one stretch, of whichever licence. None when it has no end."""
    end = best.last
    for one in periods:
        if end is None:
            return None
        if one.standing == "in_force" and (scope is None or scope in one.scope) and one.first <= end + ONE_DAY and (one.last is None or one.last > end):
            end = one.last
    return end


def must_not_have_lost_the_right(answer: Answer, occupation_code: str, pack: RulePack) -> None:
    """Whoever had a right to practise and has lost it gets no clinical work (LIC-PRACTICE). Raises Refused.

    Where no licence was ever recorded the register says so and refuses nothing: not every issuer's list is here yet.
    """
    rule = pack.rule(RULE)
    if occupation_code not in rule.value["occupations"] or not answer.is_lost or rule.value["lost"] != "refuse":
        return
    raise Refused(
        "right-to-practise-lost",
        _("This work needs a right to practise, and on {day} this person has lost it: {reason}"),
        rule=replace(rule, value=answer.reasons[0], unit="right to practise"),
        possible=_("Have the licence renewed or reinstated by the licensing officer, or choose another person or day."),
        more={"licence_id": str(answer.about)},
        day=answer.on.isoformat(),
        reason=translate(SENTENCES[answer.reasons[0]]),
    )


# --- what another service keeps of it ----------------------------------------------------------------------------------


class LicencePeriod(BaseModel):
    """Days on which a licence stands one way."""

    valid_from: date
    valid_to: date | None
    standing: Standing
    scope: list[str] = Field(default_factory=list)


class LicenceState(BaseModel):
    """A licence day by day, as the registry tells it; what it told before there were periods says the days of one."""

    topic: ClassVar[str] = "relais.registry.licences"

    id: UUID
    person_id: UUID
    authority_path: str
    shared_with: list[str] = Field(default_factory=list)
    scope: list[str] = Field(default_factory=list)
    issued_on: date
    expires_on: date | None = None
    suspended_from: date | None = None
    suspended_until: date | None = None
    revoked_on: date | None = None
    periods: list[LicencePeriod] = Field(default_factory=list)

    @model_validator(mode="after")
    def _always_in_periods(self) -> Self:
        if not self.periods:
            last = min((day for day in (self.expires_on, self.revoked_on and self.revoked_on - ONE_DAY) if day is not None), default=None)
            whole = LicencePeriod(valid_from=self.issued_on, valid_to=last, standing="in_force", scope=self.scope)
            self.periods = [whole] if last is None or last >= self.issued_on else []
            if self.suspended_from is not None:
                self.periods = list(_interrupted(whole, self.suspended_from, self.suspended_until))
            if self.revoked_on is not None:
                self.periods.append(LicencePeriod(valid_from=max(self.revoked_on, self.issued_on), valid_to=None, standing="revoked", scope=self.scope))
        return self


def _interrupted(whole: LicencePeriod, first: date, last: date | None) -> Iterable[LicencePeriod]:
    if whole.valid_from < first:
        yield whole.model_copy(update={"valid_to": first - ONE_DAY})
    yield whole.model_copy(update={"valid_from": max(first, whole.valid_from), "valid_to": last if last is not None else whole.valid_to, "standing": "suspended"})
    if last is not None and (whole.valid_to is None or last < whole.valid_to):
        yield whole.model_copy(update={"valid_from": last + ONE_DAY})


_keep = replaced_by(
    "licence_periods",
    "licence_id",
    """
    INSERT INTO licence_periods (licence_id, person_id, authority_path, shared_with, valid, standing, scope)
    SELECT l.id, l.person_id, CAST(l.authority_path AS ltree), l.shared_with, daterange(p.valid_from, p.valid_to, '[]'), p.standing, p.scope
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS l (id uuid, person_id uuid, authority_path text, shared_with text[], periods jsonb),
         jsonb_to_recordset(l.periods) AS p (valid_from date, valid_to date, standing text, scope text[])
    """,
)
_KNOWN = text(
    "SELECT licence_id, lower(valid) AS first, CASE WHEN upper_inf(valid) THEN NULL ELSE upper(valid) - 1 END AS last, standing, scope "
    "FROM licence_periods WHERE person_id = :person ORDER BY lower(valid)"
)


def hear_licences(consumer: Consumer) -> None:
    """Keep what the registry tells of licences: never a number, and of the reasons nothing."""
    consumer.replica(LicenceState, _keep)
    consumer.derived_tables = [*consumer.derived_tables, "licence_periods"]


async def licences_known(session: AsyncSession, person_id: UUID) -> list[Days]:
    """What this service has heard of a person's licences, as far as the caller may see it."""
    return [Days(**row._mapping) for row in await session.execute(_KNOWN, {"person": person_id})]


async def practice_of(session: AsyncSession, person_id: UUID, on: date, scope: str | None = None) -> Answer:
    """The answer from what this service has heard."""
    return judge(person_id, await licences_known(session, person_id), scope=scope, on=on)


# --- over HTTP ---------------------------------------------------------------------------------------------------------


class Reason(BaseModel):
    """One reason, as a word and as a sentence in the reader's language."""

    reason: Verdict
    sentence: str


class LicenceNamed(BaseModel):
    """The licence on which a yes rests."""

    id: UUID
    authority: str | None = Field(None, description="Who issued it; the registry alone says it.")
    starts_on: date
    ends_on: date | None
    scope: list[str]
    conditions: list[str]


class PracticeRead(BaseModel):
    """Whether a person may practise on a day, why, and under which licence."""

    person_id: UUID
    on: date
    scope: str | None
    may_practise: bool
    until: date | None = Field(description="The last day on which the answer stays yes, as far as is known; none when it has no end.")
    reasons: list[Reason]
    licence: LicenceNamed | None

    @classmethod
    def of(cls, answer: Answer, authority: str | None = None) -> Self:
        by = answer.by
        named = by and LicenceNamed(id=by.licence_id, authority=authority, starts_on=by.first, ends_on=by.last, scope=list(by.scope), conditions=list(by.conditions))
        reasons = [Reason(reason=one, sentence=translate(SENTENCES[one])) for one in answer.reasons]
        return cls(person_id=answer.person_id, on=answer.on, scope=answer.scope, may_practise=answer.may, until=answer.until, reasons=reasons, licence=named)


def can_ask_practice(caller: Caller) -> Permission:
    """Those who employ, license, train or send; machines with `registry.read` in their territory."""
    if caller.has_role(*ASKERS) or "registry.read" in caller.scopes:
        return ALLOWED
    return Refusal("practice-closed", _("Your role does not ask who may practise."))


Scope = Annotated[str | None, Query(max_length=200, description="The scope that the work needs; any when not said.", examples=["orthopaedic-surgery"])]
On = Annotated[date | None, Query(description="The day; today when not said.")]
ROUTE: dict[str, Any] = {"response_model": PracticeRead, "dependencies": [allows(can_ask_practice)], "responses": problems(401, 403, 404, 422)}


def practice_router() -> Router:
    """The route of a service that hears of licences: its own answer, which is the registry's as soon as the news has arrived."""
    router = Router(prefix="/practice", tags=["practice"])

    @router.get("/{person_id}", **ROUTE)
    async def read_practice(person_id: UUID, caller: CallerDep, session: SessionDep, scope: Scope = None, on: On = None) -> PracticeRead:
        """Whether a person may practise, from what this service has heard; 404 when it has heard of no licence that the caller may see."""
        known = await licences_known(session, person_id)
        if not known:
            raise NotFound()
        return PracticeRead.of(judge(person_id, known, scope=scope, on=on or today()))

    return router
