"""Judging the lines of an import against each other and against the register, set-wise: nothing is asked line by line."""

from collections.abc import Sequence, Set
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.expression import cast
from sqlalchemy.types import Text, Uuid

from services.registry.assignments.models import Assignment
from services.registry.assignments.queries import COUNTED
from services.registry.directory import Place, places
from services.registry.establishment.rounds import ceilings_of, first_above
from services.registry.facilities.changes import LINKS
from services.registry.facilities.permissions import can_write_facility_of
from services.registry.facilities.queries import atlas_of
from services.registry.facilities.use_cases import Plan, Recorded, facilities_as_recorded, plan_facility
from services.registry.imports.lines import AssignmentLine, FacilityLine, PersonLine, PostLine
from services.registry.occupations.models import Occupation
from services.registry.persons.models import birth
from services.registry.persons.permissions import can_change_person, can_write_at
from services.registry.posts.filling import Share, first_closed, first_overfilled
from services.registry.posts.models import Post
from services.registry.rules import SHARES_TO_REFUSE
from services.registry.units.queries import units_of
from services.registry.units.words import Words
from services.registry.visibility import authority_of
from shared.auth import Caller
from shared.clock import today
from shared.db import worker_session
from shared.i18n import _
from shared.imports import Lists, Memory, Verdict, refused
from shared.imports.changing import judged_change
from shared.jurisdictions import country_of
from shared.names import canonical, fold

DESCRIBED = ("name", "type", "level", "ownership", "remoteness", "tier")

# --- facilities --------------------------------------------------------------------------------------------------------


async def judge_facilities(session: AsyncSession, caller: Caller, lines: Sequence[FacilityLine], memory: Memory) -> list[Verdict]:
    atlas = await atlas_of(session, [line.area_code for line in lines])
    recorded = await facilities_as_recorded(session, [line.code for line in lines])
    parties = {party for line in lines for party in (line.technical_supervisor, line.host) if party}
    known = {line.code for line in lines} | set(await places(session, parties))

    def judge(line: FacilityLine) -> Verdict:
        if (again := memory.again(line, line.code)) is not None:
            return again
        if (not_allowed := refused(line.row, "authority", can_write_facility_of(caller, line.authority))) is not None:
            return not_allowed
        plan = plan_facility(atlas, line)
        if plan is None:
            return Verdict.bad(line.row, "area_code", _("There is no area {code}."), code=line.area_code)
        if plan.abandoned_on is not None:
            return Verdict.bad(
                line.row, "area_code", _("The area {code} ended on {day} and was divided: name the commune."), code=line.area_code, day=plan.abandoned_on.isoformat()
            )
        for column, party in (("technical_supervisor", line.technical_supervisor), ("host", line.host)):
            # Another authority's facilities need not stand in this register.
            if party and party.startswith(line.authority + "-") and party not in known:
                return Verdict.bad(line.row, column, _("There is no facility {code}, neither in the register nor in this file."), code=party)
        if line.code in recorded:
            if memory.may_change:
                return judge_facility_change(line, plan, recorded[line.code], memory.filled.get(line.row, frozenset()))
            if recorded[line.code].says(plan):
                return Verdict.recorded(line)
            return Verdict.bad(line.row, "code", _("The facility {code} is already recorded otherwise; an import does not change it."), code=line.code)
        return Verdict.good(line)

    return [judge(line) for line in lines]


def judge_facility_change(line: FacilityLine, plan: Plan, recorded: Recorded, filled: Set[str]) -> Verdict:
    """What a row says otherwise of a facility as it is today, or will be when it opens. Place, authority and first day are changed by a reorganisation or by hand."""
    rows = recorded.rows
    day = max(today(), rows[0].valid_from or today())
    known = next((row for row in rows if day in row.valid), rows[-1])
    links = {link.kind: link.party_code for link in recorded.links if day in link.valid}
    stay = next((stay for stay in plan.stays if stay.first <= day and (stay.last is None or day <= stay.last)), plan.stays[-1])
    before = {name: getattr(known, name) for name in DESCRIBED} | {column: links.get(kind) for column, kind in LINKS.items()} | {"valid_to": rows[-1].valid_to}
    after = {name: getattr(line, name) for name in before} | {"name": canonical(line.name)}
    fixed = {
        "valid_from": line.valid_from == rows[0].valid_from,
        "authority": links.get("managed_by", line.authority) == line.authority,
        "area_code": stay.area_id == known.area_id,
    }
    return judged_change(line, filled, before, after, fixed, recorded.id)


# --- what the other kinds share ----------------------------------------------------------------------------------------


def judge_place(caller: Caller, row: int, code: str, facilities: dict[str, Place]) -> Verdict | None:
    place = facilities.get(code)
    if place is None:
        return Verdict.bad(row, "facility_code", _("There is no facility {code} in the register."), code=code)
    return refused(row, "facility_code", can_write_at(caller, place.authority_path))


async def titles(session: AsyncSession) -> dict[str, str]:
    """Occupations by code and by each of their names; a name that two national titles share means neither."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    occupations = (await session.scalars(select(Occupation).order_by(Occupation.position))).all()
    for occupation in occupations:
        if occupation.country:
            for name in {fold(name) for name in occupation.names.values()}:
                if found.setdefault(name, occupation.code) != occupation.code:
                    twice.add(name)
    for name in twice:
        del found[name]
    return found | {fold(occupation.code): occupation.code for occupation in occupations}


async def lists_of(session: AsyncSession, caller: Caller, language: str) -> Lists:
    """The occupations of the caller's country by the name that people use, and the caller's facilities."""
    occupations = await session.scalars(select(Occupation).where(Occupation.country.in_({country_of(path) for path in caller.scope})).order_by(Occupation.position))
    found = await session.execute(_FACILITIES, {"paths": list(caller.scope), "day": today(), "most": MOST_IN_A_LIST})
    return {
        "occupation_code": {occupation.code: occupation.names.get(language) or occupation.code for occupation in occupations},
        "facility_code": {row.code: row.name for row in found},
    }


MOST_IN_A_LIST = 5_000
_FACILITIES = text("SELECT code, name FROM facilities WHERE authority_path <@ ANY (CAST(:paths AS text[])::ltree[]) AND valid @> CAST(:day AS date) ORDER BY code LIMIT :most")


def array_of(values: Sequence[str]) -> Any:
    return func.any(cast(list(values), ARRAY(Text)))


# --- people ------------------------------------------------------------------------------------------------------------


async def judge_people(session: AsyncSession, caller: Caller, lines: Sequence[PersonLine], memory: Memory) -> list[Verdict]:
    facilities, known_titles = await places(session, {line.facility_code for line in lines}), await titles(session)
    owners = {code: authority_of(place.authority_path) for code, place in facilities.items()}
    numbers = [line.worker_no for line in lines]
    asked = {(owners[line.facility_code], line.worker_no) for line in lines if line.facility_code in owners}
    rows = await session.execute(KNOWN_WORKERS, {"owners": [owner for owner, _number in asked], "numbers": [number for _owner, number in asked]})
    recorded: dict[tuple[str, str], list[Any]] = {}
    for row in rows:
        recorded.setdefault((row.numbered_by, row.worker_no), []).append(row)
    taken = await numbers_taken(sorted(set(owners.values())), numbers)

    def judge(line: PersonLine) -> Verdict:
        if (not_allowed := judge_place(caller, line.row, line.facility_code, facilities)) is not None:
            return not_allowed
        key = (owners[line.facility_code], line.worker_no)
        if (again := memory.again(line, key)) is not None:
            return again
        occupation = known_titles.get(fold(line.occupation_code))
        if occupation is None:
            return Verdict.bad(
                line.row,
                "occupation_code",
                _("The title “{title}” is not known: use a code of the list of occupations."),
                title=line.occupation_code,
                unknown=line.occupation_code[:60],
            )
        said = (canonical(line.full_name), birth(line.birth_date, line.birth_year)[0], line.sex, occupation)
        if key in recorded:
            if memory.may_change:
                return judge_change(caller, line, occupation, recorded[key], memory)
            if any((r.name, r.birth_date, r.sex, r.occupation_code) != said for r in recorded[key]):
                return Verdict.bad(line.row, "worker_no", _("The number {number} already belongs to somebody else."), number=line.worker_no)
            if any((r.facility_code, r.starts_on) == (line.facility_code, line.start_date) for r in recorded[key]):
                return Verdict.recorded(line)
            return Verdict.bad(
                line.row, "worker_no", _("The worker {number} is already registered with another employment; record the change on the person's page."), number=line.worker_no
            )
        if key in taken:
            return Verdict.bad(line.row, "worker_no", _("The number {number} already belongs to somebody else."), number=line.worker_no)
        return Verdict.good(replace(line, occupation_code=occupation))

    return [judge(line) for line in lines]


def judge_change(caller: Caller, line: PersonLine, occupation: str, recorded: Sequence[Any], memory: Memory) -> Verdict:
    """What a line changes of somebody who is recorded. A number whose name and birth both differ is somebody else's; occupation and first day are changed by hand."""
    found = next((row for row in recorded if (row.occupation_code, row.facility_code, row.starts_on) == (occupation, line.facility_code, line.start_date)), None)
    known, born = found or recorded[0], birth(line.birth_date, line.birth_year)[0]
    if fold(known.name) != fold(line.full_name) and known.birth_date != born:
        return Verdict.bad(line.row, "worker_no", _("The number {number} already belongs to somebody else."), number=line.worker_no)
    if found is None:
        return Verdict.bad(
            line.row, "worker_no", _("The worker {number} is already registered with another employment; record the change on the person's page."), number=line.worker_no
        )
    before = {
        "full_name": found.name,
        "birth_date": found.birth_date,
        "sex": found.sex,
        "specialty": found.specialty,
        "employment_type": found.employment_type,
        "status": found.status,
    }
    after = {name: getattr(line, name) for name in before} | {"full_name": canonical(line.full_name), "birth_date": born}
    changes = {name: (before[name], after[name]) for name in before if name in memory.filled.get(line.row, ()) and before[name] != after[name]}
    if not changes:
        return Verdict.recorded(line)
    if not changes.keys().isdisjoint(("full_name", "birth_date", "sex", "specialty")) and (no := refused(line.row, "worker_no", can_change_person(caller, found.path))) is not None:
        return no
    return Verdict.change(replace(line, occupation_code=occupation), changes)


async def numbers_taken(owners: Sequence[str], numbers: Sequence[str]) -> set[tuple[str, str]]:
    """Worker numbers of an authority that are in use, also at facilities that the caller may not see: a number is all that it tells."""
    async with worker_session() as session:
        rows = await session.execute(
            text("SELECT numbered_by, worker_no FROM workers WHERE numbered_by = ANY(:owners) AND worker_no = ANY(:numbers)"), {"owners": owners, "numbers": list(numbers)}
        )
        return {(row.numbered_by, row.worker_no) for row in rows}


# By index from each number that is asked: just after an import the planner knows nothing of the rows, and would read all of a table for each of another.
KNOWN_WORKERS = text(
    """
    SELECT w.numbered_by, w.worker_no, w.occupation_code, p.birth_date, p.sex, e.facility_code, lower(e.valid) AS starts_on,
           w.specialty, e.employment_type, e.status, p.authority_path::text AS path,
           (SELECT n.value FROM person_names n WHERE n.person_id = p.id ORDER BY n.position LIMIT 1) AS name
    FROM unnest(CAST(:owners AS text[]), CAST(:numbers AS text[])) AS asked (owner, number)
    JOIN workers w ON w.numbered_by = asked.owner AND w.worker_no = asked.number
    JOIN persons p ON p.id = w.person_id
    LEFT JOIN employments e ON e.person_id = w.person_id AND e.worker_id = w.id
    """
)


# --- posts -------------------------------------------------------------------------------------------------------------


async def judge_posts(session: AsyncSession, caller: Caller, lines: Sequence[PostLine], memory: Memory) -> list[Verdict]:
    facilities, known_titles = await places(session, {line.facility_code for line in lines}), await titles(session)
    owners = {code: authority_of(place.authority_path) for code, place in facilities.items()}
    found = await session.scalars(
        select(Post).where(Post.reference_owner.in_(set(owners.values())), Post.reference == array_of([line.reference for line in lines])).order_by(Post.valid)
    )
    recorded: dict[tuple[str | None, str | None], Post] = {}
    opened: dict[tuple[str | None, str | None], date] = {}
    for period in found:
        recorded[period.reference_owner, period.reference] = period
        opened.setdefault((period.reference_owner, period.reference), period.valid_from)
    ceilings, offered = await ceilings_of(session, [place.id for place in facilities.values()])
    words = Words(await units_of(session, [place.id for place in facilities.values()]))

    def judge(line: PostLine) -> Verdict:
        if (not_allowed := judge_place(caller, line.row, line.facility_code, facilities)) is not None:
            return not_allowed
        key = (owners[line.facility_code], line.reference)
        if (again := memory.again(line, key)) is not None:
            return again
        occupation = known_titles.get(fold(line.occupation_code))
        if occupation is None:
            return Verdict.bad(
                line.row,
                "occupation_code",
                _("The title “{title}” is not known: use a code of the list of occupations."),
                title=line.occupation_code,
                unknown=line.occupation_code[:60],
            )
        unit = words.unit(line.facility_code, line.unit, line.open_from, line.close_to)
        if unit is not None:
            line = replace(line, unit=unit.name, unit_id=unit.id)
        post = recorded.get(key)
        if post is not None and memory.may_change:
            return judge_post_change(line, occupation, opened[key], post, memory.filled.get(line.row, frozenset()))
        if post is not None:
            said = (line.facility_code, line.unit, line.job_position, occupation, line.specialty, line.fte, line.is_management)
            if (post.facility_code, post.unit, post.job_position, post.occupation_code, post.specialty, post.fte, post.is_management) == said:
                return Verdict.recorded(line)
            return Verdict.bad(line.row, "reference", _("The post {reference} is already recorded otherwise; an import does not change it."), reference=line.reference)
        place, wished = facilities[line.facility_code], Share(line.open_from, line.close_to, line.fte)
        of_file: list[Share] = memory.kept.setdefault(("establishment", place.id), [])
        if place.id in ceilings:
            above = first_above(ceilings[place.id], [*offered.get(place.id, ()), *of_file], wished)
            if above is not None:
                return Verdict.bad(
                    line.row,
                    "fte",
                    _("The posts of {code} would go above the ceiling of {ceiling} for {year}."),
                    code=place.code,
                    ceiling=f"{above.ceiling.normalize():f}",
                    year=above.year,
                )
            of_file.append(wished)
        return Verdict.good(replace(line, occupation_code=occupation))

    return [judge(line) for line in lines]


def judge_post_change(line: PostLine, occupation: str, opened: date, post: Post, filled: Set[str]) -> Verdict:
    """What a row says otherwise of a post as it stands last. Another facility, occupation or first day is another post."""
    before = {name: getattr(post, name) for name in ("unit", "job_position", "specialty", "fte", "is_management")} | {"close_to": post.valid_to}
    after = {name: getattr(line, name) for name in before}
    fixed = {"facility_code": post.facility_code == line.facility_code, "occupation_code": post.occupation_code == occupation, "open_from": opened == line.open_from}
    return judged_change(line, filled, before, after, fixed, post.id)


# --- assignments -------------------------------------------------------------------------------------------------------


async def judge_assignments(session: AsyncSession, caller: Caller, lines: Sequence[AssignmentLine], memory: Memory) -> list[Verdict]:
    facilities = await places(session, {line.facility_code for line in lines})
    owners = {code: authority_of(place.authority_path) for code, place in facilities.items()}
    authorities = sorted(set(owners.values()))
    workers = {
        (row.numbered_by, row.worker_no): row.person_id
        for row in await session.execute(
            text("SELECT numbered_by, worker_no, person_id FROM workers WHERE numbered_by = ANY(:owners) AND worker_no = ANY(:numbers)"),
            {"owners": authorities, "numbers": [line.worker_no for line in lines]},
        )
    }
    posts: dict[tuple[str | None, str | None], list[Post]] = {}
    for post in await session.scalars(
        select(Post).where(Post.reference_owner.in_(authorities), Post.reference == array_of([line.post_reference for line in lines if line.post_reference])).order_by(Post.valid)
    ):
        posts.setdefault((post.reference_owner, post.reference), []).append(post)
    held, taken = await shares_at_hand(session, set(workers.values()), {periods[0].id for periods in posts.values()})
    posts_by_id: dict[UUID | None, str | None] = await references_of(session, {one.post_id for of_one in held.values() for one in of_one}) if memory.may_change else {}

    def judge(line: AssignmentLine) -> Verdict:
        if (not_allowed := judge_place(caller, line.row, line.facility_code, facilities)) is not None:
            return not_allowed
        owner = owners[line.facility_code]
        person = workers.get((owner, line.worker_no))
        if person is None:
            return Verdict.bad(line.row, "worker_no", _("There is no worker {number}; import the people first."), number=line.worker_no)
        periods = posts.get((owner, line.post_reference), []) if line.post_reference else []
        if line.post_reference and (not periods or periods[0].facility_code != line.facility_code):
            return Verdict.bad(line.row, "post_reference", _("There is no post {reference} in the facility {code}."), reference=line.post_reference, code=line.facility_code)
        post = periods[0].id if periods else None
        if (again := memory.again(line, (owner, line.worker_no, line.facility_code, post, line.kind, line.start_date))) is not None:
            return again
        known = [a for a in held.get(person, ()) if (a.facility_code, a.kind) == (line.facility_code, line.kind)]
        first = {a.id: min(each.valid_from for each in known if each.id == a.id) for a in known}
        if memory.may_change and line.start_date in first.values():
            standing = max((a for a in known if first[a.id] == line.start_date), key=lambda a: a.valid_from)
            return judge_assignment_change(line, post, posts_by_id.get(standing.post_id), standing, memory.filled.get(line.row, frozenset()))
        same = (line.facility_code, post, line.kind, line.fte_share, line.start_date, line.end_date)
        if any((a.facility_code, a.post_id, a.kind, a.fte_share, a.valid_from, a.valid_to) == same for a in held.get(person, ())):
            return Verdict.recorded(line)
        return judge_wish(line, person, periods, held.get(person, ()), taken, memory) or Verdict.good(line)

    return [judge(line) for line in lines]


def judge_assignment_change(line: AssignmentLine, post: UUID | None, reference: str | None, standing: Assignment, filled: Set[str]) -> Verdict:
    """What a row says otherwise of the assignment that began on the same day at the same facility: its post, share, last day or decision."""
    before = {"post_reference": reference, "fte_share": standing.fte_share, "end_date": standing.valid_to, "decision_number": standing.decision_number}
    after = {name: getattr(line, name) for name in before}
    if post == standing.post_id:
        after["post_reference"] = reference
    return judged_change(line, filled, before, after, {}, (standing.id, post))


async def references_of(session: AsyncSession, posts: set[UUID | None]) -> dict[UUID | None, str | None]:
    """What an authority calls these posts."""
    rows = await session.execute(select(Post.id, Post.reference).where(Post.id == any_of({post for post in posts if post is not None})))
    return {row.id: row.reference for row in rows}


def judge_wish(line: AssignmentLine, person: UUID, periods: Sequence[Post], held: Sequence[Assignment], taken: dict[UUID, list[Share]], memory: Memory) -> Verdict | None:
    """The rules on one person and one post, with the earlier lines of the file taken as done. A good wish is remembered."""
    wished = Share(line.start_date, line.end_date, line.fte_share)
    primary = memory.kept.setdefault(("primary", person), [])
    counted = memory.kept.setdefault(("counted", person), [])
    if line.kind == "primary" and any(
        share.touches(wished.first, wished.last) for share in (*primary, *(Share(a.valid_from, a.valid_to, a.fte_share) for a in held if a.kind == "primary"))
    ):
        return Verdict.bad(line.row, "kind", _("The worker {number} already holds a primary assignment on these days (REG-03)."), number=line.worker_no)
    if line.kind in COUNTED:
        together = [*counted, *(Share(a.valid_from, a.valid_to, a.fte_share) for a in held if a.kind in COUNTED)]
        limit = Share(line.start_date, line.end_date, type(line.fte_share)(str(SHARES_TO_REFUSE)))
        if first_overfilled([limit], together, wished) is not None:
            return Verdict.bad(line.row, "fte_share", _("The shares of the worker {number} would go above {most} (REG-02)."), number=line.worker_no, most=SHARES_TO_REFUSE)
    if periods:
        of_post = memory.kept.setdefault(("post", periods[0].id), [])
        offered = [Share(post.valid_from, post.valid_to, post.fte) for post in periods if not post.frozen]
        closed = first_closed(offered, wished.first, wished.last)
        if closed is not None:
            return Verdict.bad(line.row, "post_reference", _("The post {reference} is not open on {day}."), reference=line.post_reference, day=closed.isoformat())
        if not line.over_filled and first_overfilled(offered, [*taken.get(periods[0].id, ()), *of_post], wished) is not None:
            return Verdict.bad(line.row, "post_reference", _("The post {reference} would be filled above its share."), reference=line.post_reference)
        if not line.over_filled:
            of_post.append(wished)
    if line.kind == "primary":
        primary.append(wished)
    if line.kind in COUNTED:
        counted.append(wished)
    return None


async def shares_at_hand(session: AsyncSession, persons: set[UUID], posts: set[UUID]) -> tuple[dict[UUID, list[Assignment]], dict[UUID, list[Share]]]:
    """Active assignments of these persons, and what is taken of these posts."""
    held: dict[UUID, list[Assignment]] = {}
    taken: dict[UUID, list[Share]] = {}
    found = await session.scalars(select(Assignment).where(Assignment.state == "active", (Assignment.person_id == any_of(persons)) | (Assignment.post_id == any_of(posts))))
    for assignment in found:
        if assignment.person_id in persons:
            held.setdefault(assignment.person_id, []).append(assignment)
        if assignment.post_id in posts:
            taken.setdefault(assignment.post_id, []).append(Share(assignment.valid_from, assignment.valid_to, assignment.fte_share))
    return held, taken


def any_of(ids: set[UUID]) -> Any:
    return func.any(cast(sorted(ids), ARRAY(Uuid)))
