"""A contest from its opening to the published list: each act by whom the procedure names, each in its order."""

import random
import secrets
from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.campaigns.schemas import CampaignCreate
from services.recruitment.campaigns.use_cases import draft_campaign, publish
from services.recruitment.contests import schemas
from services.recruitment.contests.events import posts_of
from services.recruitment.contests.guards import (
    applications_must_be_judged,
    contests_must_have_rules,
    differ,
    earlier_lists_must_be_exhausted,
    exam_must_follow_window,
    is_marked,
    jury_must_stand,
    list_must_be_posted_in_time,
    marker_must_be_free,
    marks_must_be_open,
    marks_must_fit_the_scale,
    marks_must_leave_room,
    numbering_must_follow_the_list,
    rankings_must_be_the_computed_ones,
    scripts_must_be_marked,
    ties_must_be_decided,
    titles_for,
)
from services.recruitment.contests.models import Application, Conflict, Contest, KeptRanking, Lot, Mark, Member, Paper, Result
from services.recruitment.contests.permissions import can_announce, can_conduct, can_draft_at, can_mark, can_preside
from services.recruitment.contests.queries import (
    applications_by_state,
    get_visible_contest,
    marks_of,
    newest_rankings,
    numbers_of,
    rankings_of,
    scripts_closed_to,
    scripts_of,
)
from services.recruitment.contests.ranking import Deliberation, Entry, final_mark, shown
from services.recruitment.needs.models import Need
from services.recruitment.rules import pack_of
from services.recruitment.workflow import ADMITTED, CONTEST, RESULTS
from shared.actions import require_current
from shared.audit import record_audit
from shared.auth import Caller, path_of, require
from shared.clients import ask
from shared.clock import judge_done_on
from shared.errors import FieldError, Malformed
from shared.events import record_events
from shared.i18n import _
from shared.records import by_reference
from shared.references import hash_of


async def draft_contest(session: AsyncSession, *, caller: Caller, body: schemas.ContestCreate) -> Contest:
    """The opening decision as a draft: its posts are those of validated needs, one lot for each region and title."""
    done_on = judge_done_on(caller, body.done_on)
    path = path_of(body.authority)
    require(can_draft_at(caller, path))
    if known := await by_reference(session, Contest, authority_path=path, body=body, reference=body.reference):
        return known
    pack = pack_of(body.authority, done_on)
    contests_must_have_rules(pack)
    said = body.model_dump(include={"code", "title", "policy_id", "need_ids", "opens_on", "closes_on", "done_on"})
    campaign = await draft_campaign(session, caller=caller, body=CampaignCreate(authority=body.authority, **said))
    grouped: dict[tuple[str, str], list[Need]] = defaultdict(list)
    for need in campaign.needs:
        grouped[region_of(need.authority_path, body.authority), need.occupation_code].append(need)
    contest = Contest(
        reference=body.reference,
        content_hash=hash_of(body),
        authority_path=campaign.authority_path,
        campaign_id=campaign.id,
        campaign=campaign,
        posts=sum(need.quantity for need in campaign.needs),
        scale=Decimal(str(pack.rule("CONTEST-SCALE").value)),
        rule_pack=pack.id,
        drafted_by=caller.actor,
        drafted_on=done_on,
        **body.model_dump(include={"code", "title", "authority", "grade", "opening_decision", "exam_on"}),
    )
    whose: dict[str, Any] = {"authority_path": campaign.authority_path}
    contest.lots = [
        Lot(region=region, occupation_code=occupation, posts=sum(need.quantity for need in needs), need_ids=[need.id for need in sorted(needs, key=_place_first)], **whose)
        for (region, occupation), needs in sorted(grouped.items())
    ]
    contest.papers = [Paper(position=position, **paper.model_dump(), **whose) for position, paper in enumerate(body.papers, start=1)]
    contest.members = []
    session.add(contest)
    await session.flush()
    await record_audit(session, caller, "contest.drafted", "contest", contest.id, after=body.model_dump(mode="json"), done_on=done_on)
    return contest


def region_of(path: str, otherwise: str) -> str:
    """The region under whose authority a facility stands: the second part of its path."""
    parts = path.split(".")
    return parts[1] if len(parts) > 1 else otherwise


def _place_first(need: Need) -> tuple[str, str]:
    return need.facility_code, str(need.id)


async def name_member(session: AsyncSession, *, caller: Caller, contest_id: UUID, body: schemas.MemberCreate) -> Contest:
    """An account is named into the jury, by somebody who is not in it."""
    done_on = judge_done_on(caller, body.done_on)
    contest = await get_visible_contest(session, caller, contest_id, lock=True)
    require(can_conduct(caller, contest))
    known = contest.member(body.account)
    if known is not None and (known.title, known.role) == (body.title, body.role):
        return contest
    CONTEST.after("publish", contest.state)
    contest.members.append(Member(authority_path=contest.authority_path, account=body.account, title=body.title, role=body.role, named_by=caller.actor, named_on=done_on))
    await session.flush()
    await record_audit(session, caller, "contest.member_named", "contest", contest.id, after={"account": body.account, "role": body.role}, done_on=done_on)
    return contest


async def publish_contest(session: AsyncSession, *, caller: Caller, contest_id: UUID, body: schemas.Step, if_match: str | None = None) -> Contest:
    """The notice is public: the jury stands, the calendar holds, and earlier waiting lists are exhausted; each post is announced."""
    done_on = judge_done_on(caller, body.done_on)
    contest = await get_visible_contest(session, caller, contest_id, lock=True)
    require(can_conduct(caller, contest))
    if (contest.published_by, contest.published_on) == (caller.actor, done_on):
        return contest
    require_current(if_match, contest.version)
    CONTEST.after("publish", contest.state)
    jury_must_stand(contest)
    exam_must_follow_window(contest)
    earlier_lists_must_be_exhausted(await _earlier_with_waiting(session, contest, done_on), done_on)
    await publish(session, caller, contest.campaign, done_on)
    contest.rule_pack = contest.campaign.rule_pack
    contest.names = await names_told(caller, contest, done_on)
    contest.go("publish", "published", by=caller.actor, on=done_on)
    needs = {need.id: need for need in contest.campaign.needs}
    record_events(session, [post for lot in contest.lots for need_id in lot.need_ids for post in posts_of(contest, lot, needs[need_id], done_on)])
    await _audit(session, caller, contest, "published", done_on, after={"posts": contest.posts, "rule_pack": contest.rule_pack})
    return contest


async def names_told(caller: Caller, contest: Contest, day: date) -> dict[str, Any]:
    """What the registry calls the authority, the regions, the place of each need and the titles in each language: the notice is read without an account."""
    facilities = {need.facility_code for need in contest.campaign.needs}
    names: dict[str, Any] = {}
    for code in sorted({contest.authority, *(lot.region for lot in contest.lots), *facilities}):
        of = f"facilities?code={code}&as_of={day.isoformat()}" if code in facilities else f"areas?code={code}"
        found = await ask(caller, "GET", f"/api/v1/registry/{of}&limit=1")
        names[code] = found["items"][0]["name"] if found and found["items"] else code
    titles = {title for lot in contest.lots for title in titles_for(lot, contest.pack)}
    known = await ask(caller, "GET", f"/api/v1/registry/occupations?country={contest.pack.jurisdiction}&limit=200")
    names |= {title["code"]: title["names"] for title in (known or {"items": []})["items"] if title["code"] in titles}
    return names | {str(need.id): names[need.facility_code] for need in contest.campaign.needs}


async def _earlier_with_waiting(session: AsyncSession, contest: Contest, day: date) -> list[Contest]:
    """Contests of the same authority for posts of the same region and title, on whose valid list somebody waits."""
    waits = select(Result.contest_id).join(Lot, Lot.id == Result.lot_id).where(Result.outcome == "waiting")
    same = [lot.occupation_code for lot in contest.lots], [lot.region for lot in contest.lots]
    waits = waits.where(Lot.occupation_code.in_(same[0]), Lot.region.in_(same[1]))
    found = select(Contest).where(Contest.authority == contest.authority, Contest.state == RESULTS, Contest.list_valid_until >= day, Contest.id.in_(waits))
    return list(await session.scalars(found.order_by(Contest.exam_on)))


async def post_list(session: AsyncSession, *, caller: Caller, contest_id: UUID, body: schemas.Step, if_match: str | None = None) -> Contest:
    """The list of those admitted to sit is posted in time, once each application is judged."""
    done_on = judge_done_on(caller, body.done_on)
    contest = await get_visible_contest(session, caller, contest_id, lock=True)
    require(can_conduct(caller, contest))
    if (contest.listed_by, contest.listed_on) == (caller.actor, done_on):
        return contest
    require_current(if_match, contest.version)
    CONTEST.after("list", contest.state)
    list_must_be_posted_in_time(contest, done_on)
    by_state = await applications_by_state(session, contest.id)
    applications_must_be_judged(by_state)
    contest.go("list", "listed", by=caller.actor, on=done_on)
    await _audit(session, caller, contest, "listed", done_on, after=by_state)
    return contest


async def declare_conflict(session: AsyncSession, *, caller: Caller, contest_id: UUID, body: schemas.ConflictCreate) -> Contest:
    """A member's declaration is recorded before the marks: from then on the database keeps that candidate's scripts from them."""
    done_on = judge_done_on(caller, body.done_on)
    contest = await get_visible_contest(session, caller, contest_id, lock=True)
    require(can_conduct(caller, contest))
    if all(member.id != body.member_id for member in contest.members):
        raise Malformed.field("member_id", _("This is no member of the jury of this contest."))
    application = await session.get(Application, body.application_id)
    if application is None or application.contest_id != contest.id:
        raise Malformed.field("application_id", _("This is no application of this contest."))
    said = body.model_dump(include={"member_id", "application_id", "ground"})
    session.add(Conflict(contest_id=contest.id, authority_path=contest.authority_path, declared_on=done_on, recorded_by=caller.actor, **said))
    await session.flush()
    await _audit(session, caller, contest, "conflict_declared", done_on, after=body.model_dump(mode="json"))
    return contest


async def give_numbers(session: AsyncSession, *, caller: Caller, contest_id: UUID, body: schemas.Step, if_match: str | None = None) -> schemas.NumbersRead:
    """Those admitted get numbers in an order that nobody can guess; which is whose is told in this answer alone."""
    done_on = judge_done_on(caller, body.done_on)
    contest = await get_visible_contest(session, caller, contest_id, lock=True)
    require(can_conduct(caller, contest))
    require_current(if_match, contest.version)
    CONTEST.after("number", contest.state)
    numbering_must_follow_the_list(contest, done_on)
    admitted = list(await session.scalars(select(Application.id).where(Application.contest_id == contest.id, Application.state == ADMITTED)))
    random.SystemRandom().shuffle(admitted)
    width = max(3, len(str(len(admitted))))
    pairs = [(str(place).zfill(width), application_id) for place, application_id in enumerate(admitted, start=1)]
    contest.go("number", "numbered", by=caller.actor, on=done_on)
    await session.flush()
    if pairs:
        rows = [{"contest": contest.id, "path": contest.authority_path, "number": number, "application": application_id} for number, application_id in pairs]
        await session.execute(
            text("INSERT INTO contest_numbers (contest_id, authority_path, number, application_id) VALUES (:contest, CAST(:path AS ltree), :number, :application)"), rows
        )
        scripts = [{name: row[name] for name in ("contest", "path", "number")} for row in rows]
        await session.execute(text("INSERT INTO contest_scripts (contest_id, authority_path, number) VALUES (:contest, CAST(:path AS ltree), :number)"), scripts)
    await _audit(session, caller, contest, "numbered", done_on, after={"scripts": len(pairs)})
    return schemas.NumbersRead(items=[schemas.NumberRead(number=number, application_id=application_id) for number, application_id in pairs])


async def scripts_to_mark(session: AsyncSession, *, caller: Caller, contest_id: UUID) -> schemas.ScriptsRead:
    """The scripts that a member may see, with what they gave themselves."""
    contest = await get_visible_contest(session, caller, contest_id)
    require(can_mark(caller, contest))
    member = contest.member(caller.actor)
    assert member is not None
    closed, marks = await scripts_closed_to(session, member.id), await marks_of(session, contest.id)
    items, wanted = [], 0
    for number in await scripts_of(session, contest.id):
        said = []
        for paper in contest.papers:
            given = marks.get((number, paper.id), [])
            own = next((mark for mark in given if mark.member_id == member.id), None)
            is_wanted = not is_marked(contest, paper, given)
            wanted += is_wanted
            said.append(
                schemas.PaperMarks(
                    paper=paper.code, mark=own.mark if own else None, absent=own is not None and own.mark is None, marked=own is not None, wanted=is_wanted and own is None
                )
            )
        if number not in closed:
            items.append(schemas.ScriptRead(number=number, papers=said))
    return schemas.ScriptsRead(items=items, wanted=wanted)


async def enter_marks(session: AsyncSession, *, caller: Caller, contest_id: UUID, body: schemas.MarksCreate) -> schemas.MarksRead:
    """A member's marks for one paper, one or a sheet: all of them or none; a mark of one's own is corrected until the marks are closed."""
    done_on = judge_done_on(caller, body.done_on)
    contest = await get_visible_contest(session, caller, contest_id, lock=True)
    require(can_mark(caller, contest))
    member, paper = contest.member(caller.actor), next((paper for paper in contest.papers if paper.code == body.paper), None)
    assert member is not None
    if paper is None:
        raise Malformed.field("paper", _("The contest has no such paper."))
    marks_must_be_open(contest)
    known, wrong = set(await scripts_of(session, contest.id)), []
    for line, said in enumerate(body.marks):
        if said.number not in known:
            wrong.append(FieldError(f"marks.{line}.number", _("No script of this contest has the number {number}."), {"number": said.number}))
        elif any(before.number == said.number for before in body.marks[:line]):
            wrong.append(FieldError(f"marks.{line}.number", _("The number {number} stands twice."), {"number": said.number}))
    if wrong:
        raise Malformed(wrong)
    sheet = {said.number: said.mark for said in body.marks}
    marks_must_fit_the_scale(contest, sheet)
    marker_must_be_free(contest, sheet, await scripts_closed_to(session, member.id))
    marks = await marks_of(session, contest.id)
    changed: dict[str, list[str | None]] = {}
    for number, mark in sheet.items():
        given = marks.setdefault((number, paper.id), [])
        own = next((one for one in given if one.member_id == member.id), None)
        if own is None:
            marks_must_leave_room(paper, contest, given)
            own = Mark(contest_id=contest.id, authority_path=contest.authority_path, number=number, paper_id=paper.id, member_id=member.id, mark=mark, entered_on=done_on)
            session.add(own)
            given.append(own)
        elif own.mark != mark:
            changed[number] = [None if own.mark is None else str(own.mark), None if mark is None else str(mark)]
            own.mark, own.entered_on = mark, done_on
    await session.flush()
    await _audit(session, caller, contest, "marks_entered", done_on, after={"paper": paper.code, "scripts": len(sheet), "changed": changed})
    third = [number for number in sheet if paper.double_marked and len(marks[number, paper.id]) == 2 and differ(contest, [one.mark for one in marks[number, paper.id]])]
    return schemas.MarksRead(entered=len(sheet), third_wanted=third)


async def close_marks(session: AsyncSession, *, caller: Caller, contest_id: UUID, body: schemas.Step, if_match: str | None = None) -> Contest:
    """The chair locks the marks once every script has its own (REC-03)."""
    done_on = judge_done_on(caller, body.done_on)
    contest = await get_visible_contest(session, caller, contest_id, lock=True)
    require(can_preside(caller, contest))
    require_current(if_match, contest.version)
    CONTEST.after("close_marks", contest.state)
    scripts_must_be_marked(contest, await scripts_of(session, contest.id), await marks_of(session, contest.id))
    contest.go("close_marks", "closed", by=caller.actor, on=done_on)
    await _audit(session, caller, contest, "marks_closed", done_on)
    return contest


async def lift_anonymity(session: AsyncSession, *, caller: Caller, contest_id: UUID, body: schemas.Step, if_match: str | None = None) -> Contest:
    """The chair opens the table of numbers, once, after the marks are closed: no mark can follow a name any more."""
    done_on = judge_done_on(caller, body.done_on)
    contest = await get_visible_contest(session, caller, contest_id, lock=True)
    require(can_preside(caller, contest))
    require_current(if_match, contest.version)
    contest.go("lift", "lifted", by=caller.actor, on=done_on)
    await _audit(session, caller, contest, "anonymity_lifted", done_on)
    return contest


async def deliberate(session: AsyncSession, *, caller: Caller, contest_id: UUID, body: schemas.DeliberationCreate, if_match: str | None = None) -> Contest:
    """The ranking of each lot is computed and kept with all that it comes from; a later one stands beside it."""
    done_on = judge_done_on(caller, body.done_on)
    contest = await get_visible_contest(session, caller, contest_id, lock=True)
    require(can_preside(caller, contest))
    require_current(if_match, contest.version)
    CONTEST.after("rank", contest.state)
    numbers, before = await numbers_of(session, contest.id), await newest_rankings(session, contest.id)
    applications = {one.id: one for one in await session.scalars(select(Application).where(Application.contest_id == contest.id, Application.state == ADMITTED))}
    marks = await marks_of(session, contest.id)
    seats = {need.id: need.quantity for need in contest.campaign.needs}
    decided = [number for choice in body.decided for number in choice.numbers]
    drawn = body.seed or secrets.token_hex(8)
    for lot in contest.lots:
        those = {number: applications[one] for number, one in numbers.items() if one in applications and applications[one].lot_id == lot.id}
        kept = before.get(lot.id)
        deliberation = Deliberation(
            papers=contest.weighed,
            formula=contest.formula,
            entries=tuple(_entry(contest, number, application, marks) for number, application in those.items()),
            posts=lot.posts,
            seed=body.seed or (kept.inputs["seed"] if kept else drawn),
            decided=tuple(number for number in decided if number in those),
            choices={number: [str(need) for need in application.choices] for number, application in those.items()},
            places={str(need_id): seats[need_id] for need_id in lot.need_ids},
        )
        session.add(
            KeptRanking(
                contest_id=contest.id,
                lot_id=lot.id,
                authority_path=contest.authority_path,
                revision=kept.revision + 1 if kept else 1,
                inputs=deliberation.as_json(),
                result=deliberation.result(),
                undecided=[list(group) for group in deliberation.ranking().undecided],
                reason="; ".join(choice.reason for choice in body.decided if set(choice.numbers) & set(those)) or None,
                computed_by=caller.actor,
                computed_on=done_on,
            )
        )
    contest.go("rank", None, by=caller.actor, on=done_on)
    await session.flush()
    await _audit(session, caller, contest, "ranked", done_on, after={"seed": body.seed or drawn, "decided": body.model_dump(mode="json")["decided"]})
    return contest


def _entry(contest: Contest, number: str, application: Application, marks: dict[tuple[str, UUID], list[Mark]]) -> Entry:
    final = {}
    for paper in contest.papers:
        said = [mark.mark for mark in marks.get((number, paper.id), [])]
        there = [mark for mark in said if mark is not None]
        final[paper.code] = final_mark(there) if len(there) * 2 > len(said) else None
    quota = application.quota if application.quota_proven and application.quota in contest.formula.quotas else None
    return Entry(number, final, quota, application.points(contest.pack))


async def replayed(session: AsyncSession, contest: Contest) -> list[tuple[KeptRanking, bool]]:
    """Each ranking that was kept, and whether the same list comes out of what was recorded."""
    return [(ranking, _comes_out_again(ranking)) for ranking in await rankings_of(session, contest.id)]


def _comes_out_again(ranking: KeptRanking) -> bool:
    """Whether the list that was kept is computed from what was kept with it; what cannot be read gives no list."""
    try:
        return Deliberation.read(ranking.inputs).result() == ranking.result
    except (ValueError, KeyError, TypeError):
        return False


async def announce_results(session: AsyncSession, *, caller: Caller, contest_id: UUID, body: schemas.ResultsCreate, if_match: str | None = None) -> Contest:
    """The authority publishes the list that anybody computes again from what was recorded; those selected are called from that day."""
    done_on = judge_done_on(caller, body.done_on)
    contest = await get_visible_contest(session, caller, contest_id, lock=True)
    require(can_announce(caller, contest))
    if (contest.results_by, contest.results_on, contest.list_valid_until) == (caller.actor, done_on, body.list_valid_until):
        return contest
    require_current(if_match, contest.version)
    CONTEST.after("announce", contest.state)
    if body.list_valid_until < done_on:
        raise Malformed.field("list_valid_until", _("The last day comes before the first one."))
    newest = await newest_rankings(session, contest.id)
    ties_must_be_decided([group for ranking in newest.values() for group in ranking.undecided])
    regions = {lot.id: lot.region for lot in contest.lots}
    rankings_must_be_the_computed_ones([regions[lot_id] for lot_id, ranking in newest.items() if not _comes_out_again(ranking)])
    numbers = await numbers_of(session, contest.id)
    contest.list_valid_until = body.list_valid_until
    contest.go("announce", "results", by=caller.actor, on=done_on)
    session.add_all(_result(contest, lot_id, numbers[line["number"]], line, done_on) for lot_id, ranking in newest.items() for line in ranking.result)
    await session.flush()
    selected = sum(1 for ranking in newest.values() for line in ranking.result if line["outcome"] == "selected")
    await _audit(session, caller, contest, "results_published", done_on, after={"selected": selected, "list_valid_until": body.list_valid_until.isoformat()})
    return contest


def _result(contest: Contest, lot_id: UUID, application_id: UUID, line: dict[str, Any], day: date) -> Result:
    def rounded(name: str) -> Decimal | None:
        return None if line[name] is None else shown(Fraction(line[name]))

    selected = line["outcome"] == "selected"
    return Result(
        application_id=application_id,
        contest_id=contest.id,
        lot_id=lot_id,
        authority_path=contest.authority_path,
        average=rounded("raw"),
        total=rounded("total"),
        need_id=UUID(line["place"]) if selected else None,
        called_on=day if selected else None,
        **{name: line[name] for name in ("number", "outcome", "rank", "list", "waiting", "paper", "tie", "choice")},
    )


async def _audit(session: AsyncSession, caller: Caller, contest: Contest, act: str, on: date, *, after: Any = None) -> None:
    await record_audit(session, caller, f"contest.{act}", "contest", contest.id, after={"state": contest.state} | (after or {}), done_on=on)
