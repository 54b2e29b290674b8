"""Reading persons: one, the staff list, and the search that needs no accent."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Text, all_, and_, any_, cast, exists, false, func, intersect, select, text, union, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.registry.assignments.models import Assignment
from services.registry.persons.models import Person, PersonName, PersonPurpose, PersonSearch, PersonWord
from services.registry.persons.schemas import PersonCard, Shares
from services.registry.posts.models import Post
from services.registry.purposes.permissions import purposes_open_to
from services.registry.references import acting_for
from services.registry.rules import REG_01
from services.registry.units.within import units_within
from services.registry.workers.models import Employment, Worker
from shared.audit import RECORD_SHOWN, shown_to
from shared.auth import Caller
from shared.calendars import add_months
from shared.clock import now
from shared.errors import NotFound, Problem, Refused
from shared.i18n import _, current_language
from shared.names import canonical, query_words
from shared.quick import Quick, scoped
from shared.visibility import VISIBLE_TO_CALLER, CallerToCome, visible_to

SEARCH_KEPT = timedelta(minutes=15)
FEWEST = 5
LAST_CHARACTER = "\U0010ffff"


def persons_visible_to(caller: Caller | type[CallerToCome]) -> Select[tuple[Person]]:
    return select(Person).where(visible_to(caller, Person), kept_for_any(caller))


def kept_for_any(caller: Caller | type[CallerToCome]) -> ColumnElement[bool]:
    """Kept for a purpose that the caller's role opens (services/registry/purposes/permissions.py)."""
    if isinstance(caller, Caller):
        opened: ColumnElement[bool] = Person.kept_for.overlap(purposes_open_to(caller))
        return opened
    judged: ColumnElement[bool] = Person.kept_for.overlap(func.purposes_open(caller.roles_and_scopes, type_=ARRAY(Text)))
    return judged


async def shares_of(session: AsyncSession, caller: Caller, ids: Collection[UUID], under: int, on: date) -> Shares:
    """How many of these people are women, and how many have not completed so many years; a bare year of birth is its first of January."""
    rows = (await session.execute(persons_visible_to(caller).where(Person.id.in_(set(ids))).with_only_columns(Person.sex, Person.birth_date))).all()
    if len(rows) < FEWEST:
        return Shares(people=len(rows), women=None, under=None, sex_unknown=None, birth_unknown=None)
    youngest_old = add_months(on, -12 * under)
    return Shares(
        people=len(rows),
        women=sum(row.sex == "female" for row in rows),
        under=sum(row.birth_date is not None and row.birth_date > youngest_old for row in rows),
        sex_unknown=sum(row.sex not in ("female", "male", "other") for row in rows),
        birth_unknown=sum(row.birth_date is None for row in rows),
    )


async def get_visible_person(session: AsyncSession, caller: Caller, person_id: UUID, *, whole: bool = False, for_update: bool = False) -> Person:
    """The person, with names, words and purposes when `whole`. Raises NotFound without a relation, and Refused with the record that stands for one that is retired."""
    person = await get_person_of_any_time(session, caller, person_id, whole=whole, for_update=for_update)
    if person.merged_into is not None:
        raise Refused(
            "person-merged",
            _("This record is retired: the person is kept under another one."),
            rule=REG_01,
            possible=_("Work with the record that stands."),
            more={"merged_into": str(person.merged_into)},
        )
    return person


async def get_person_of_any_time(session: AsyncSession, caller: Caller, person_id: UUID, *, whole: bool = False, for_update: bool = False) -> Person:
    """The same, also when the record is retired. Raises NotFound without a relation."""
    statement = persons_visible_to(caller).where(Person.id == person_id)
    if whole:
        statement = statement.options(selectinload(Person.names), selectinload(Person.words), selectinload(Person.purposes))
    if for_update:
        statement = statement.with_for_update(of=Person)
    person = await session.scalar(statement.execution_options(populate_existing=True))
    if person is None:
        raise NotFound()
    return person


def referred_to(caller: Caller, references: Sequence[str]) -> Sequence[ColumnElement[bool]]:
    """Persons whom the caller's own authority entered under these references."""
    _path, owner = acting_for(caller)
    return Person.reference_owner == owner, Person.reference.in_(references)


async def workers_of(session: AsyncSession, person_id: UUID) -> Sequence[Worker]:
    return (await session.scalars(select(Worker).where(Worker.person_id == person_id).order_by(Worker.id))).all()


KEPT_FOR_ANY = "kept_for && purposes_open(CAST(:roles AS text[]))"
_FILE = f"""
    SELECT id, id AS person_id, version, authority_path::text AS authority, json_build_object(
        'id', id,
        'name', name,
        'names', coalesce((SELECT json_agg(json_build_object('kind', n.kind, 'script', n.script, 'value', n.value) ORDER BY n.position) FROM person_names AS n WHERE n.person_id = p.id), '[]'),
        'birth_date', CASE birth_precision WHEN 'date' THEN birth_date END,
        'birth_year', extract(year FROM birth_date)::int,
        'sex', sex,
        'purposes', coalesce((SELECT json_agg(u.purpose ORDER BY u.purpose) FROM person_purposes AS u WHERE u.person_id = p.id), '[]'),
        'workers', coalesce((SELECT json_agg(json_build_object('id', w.id, 'occupation_code', w.occupation_code, 'specialty', w.specialty, 'worker_no', w.worker_no) ORDER BY w.id)
            FROM workers AS w WHERE w.person_id = p.id), '[]'),
        'also_known', coalesce((SELECT json_agg(json_build_object('id', r.id, 'name', r.name) ORDER BY r.id) FROM persons AS r WHERE r.merged_into = p.id), '[]'),
        'reference', reference,
        'version', version
    )::text AS said
    FROM persons AS p WHERE id = :person AND merged_into IS NULL AND {VISIBLE_TO_CALLER} AND {KEPT_FOR_ANY}
"""  # noqa: S608  constants alone; values are parameters
_SAID = f"WITH shown AS ({_FILE}) SELECT version, authority, said FROM shown"  # noqa: S608  constants alone; values are parameters
_SHOWN = f"WITH shown AS (SELECT seen.* FROM {scoped(_FILE)}), told AS ({RECORD_SHOWN}) SELECT version, authority, said FROM shown"  # noqa: S608  the same
_RETIRED = f"SELECT merged_into FROM {scoped(f'SELECT merged_into FROM persons WHERE id = :person AND merged_into IS NOT NULL AND {VISIBLE_TO_CALLER} AND {KEPT_FOR_ANY}')}"  # noqa: S608  the same
SENSITIVE = ("birth", "sex")


async def show_person(quick: Quick, person_id: UUID) -> Sequence[Any]:
    """Version, authority and file of one person, and the record that it was shown, in one statement. Raises NotFound without a relation."""
    found: Sequence[Any] | None = await quick.row(_SHOWN, person=person_id, **shown_to(quick.caller, "person", fields=SENSITIVE))
    if found is None:
        raise await _elsewhere(quick, person_id)
    return found


async def _elsewhere(quick: Quick, person_id: UUID) -> Problem:
    """A retired record leads to the one that stands, for as long as the merge does (RFC 9110, 15.4.8: the client keeps the old address)."""
    retired = await quick.row(_RETIRED, person=person_id)
    if retired is None:
        return NotFound()
    text_, headers = _("This record is retired: the person is kept under another one."), {"Location": f"/api/v1/registry/persons/{retired[0]}"}
    return Problem(307, "person-merged", text_, rule=REG_01, headers=headers, more={"merged_into": str(retired[0])})


async def file_of(session: AsyncSession, caller: Caller, person_id: UUID) -> Sequence[Any]:
    """The same for whoever has just written it."""
    return (await session.execute(text(_SAID), {"person": person_id, "paths": list(caller.scope), "parties": list(caller.parties), "roles": caller.roles_and_scopes})).one()


def staff_visible_to(caller: Caller | type[CallerToCome], *, facility: Any, occupation: Any, day: Any, worker_no: Any = None, unit_id: Any = None) -> Select[tuple[Person]]:
    """Workers whom the caller sees; those assigned to or employed by a facility on the day, or whose post stands in a unit or below it, when one is named."""
    statement = persons_visible_to(caller).where(Person.merged_into.is_(None), exists().where(PersonPurpose.person_id == Person.id, PersonPurpose.purpose == "worker"))
    if facility is not None:
        assigned = select(Assignment.person_id).where(Assignment.facility_code == facility, Assignment.state == "active", Assignment.valid.contains(day))
        employed = select(Employment.person_id).where(Employment.facility_code == facility, Employment.valid.contains(day))
        statement = statement.where(Person.id.in_(union(assigned, employed)))
    if unit_id is not None:
        stand = select(Assignment.person_id).join(Post, (Post.id == Assignment.post_id) & Post.valid.contains(day) & Post.unit_id.in_(units_within(unit_id, day)))
        statement = statement.where(Person.id.in_(stand.where(Assignment.state == "active", Assignment.valid.contains(day))))
    if occupation is not None:
        statement = statement.where(exists().where(Worker.person_id == Person.id, Worker.occupation_code == occupation))
    if worker_no is not None:
        statement = statement.where(exists().where(Worker.person_id == Person.id, Worker.worker_no == worker_no))
    return statement


def listed(caller: Caller | type[CallerToCome]) -> Any:
    """Persons of the caller's authorities and those who are shared with their parties: each with the place in the order of names, for an index to tell."""
    authorities = cast(caller.authorities, ARRAY(Text))
    places = select(Person.id.label("person_id"), Person.sort_key)
    return union_all(places.where(Person.authority == any_(authorities)), places.where(Person.shared_with.overlap(caller.parties), Person.authority != all_(authorities)))


KEYS = [Person.sort_key, Person.id]


def persons_found(caller: Caller | type[CallerToCome], query: str, *, exact: bool) -> Select[tuple[Person]]:
    """Every word typed begins a word of a name, in any order; or, when exact, the whole name is written just so."""
    statement = persons_visible_to(caller)
    if exact:
        return statement.where(name_written(canonical(query)))
    typed = words_typed(query)
    return statement.where(Person.id.in_(select(found_by(caller, typed).subquery().c.person_id)) if typed else false())


def name_written(value: Any) -> Any:
    return and_(Person.merged_into.is_(None), exists().where(PersonName.person_id == Person.id, PersonName.value == value))


class Beginning(NamedTuple):
    """Words that begin so: from the first on, before the last."""

    start: Any
    until: Any


Typed = Sequence[Sequence[Sequence[Beginning]]]
"""For each word typed its alternatives, each of one or several beginnings (shared/names.py)."""


def words_typed(query: str) -> Typed:
    return [[[Beginning(start, start + LAST_CHARACTER) for start in beginnings] for beginnings in alternatives] for alternatives in query_words(query)]


def found_by(caller: Caller | type[CallerToCome], typed: Typed) -> Any:
    """Persons for whom every word typed begins a word of a name, among those of whom the caller may see anybody; each once, with the place in the order of names."""
    return _all_of([_one_of([_all_of([_with_a_word(caller, beginning) for beginning in beginnings]) for beginnings in alternatives]) for alternatives in typed])


def _with_a_word(caller: Caller | type[CallerToCome], beginning: Beginning) -> Any:
    """Among the words of the caller's authorities, and among those of persons who are shared."""
    begins = select(PersonWord.person_id, PersonWord.sort_key).where(PersonWord.word >= beginning.start, PersonWord.word < beginning.until)
    authorities = caller.authorities
    if authorities is None:
        return begins.distinct()
    return union(begins.where(PersonWord.authority == any_(cast(authorities, ARRAY(Text)))), begins.where(PersonWord.is_shared))


def _all_of(found: Sequence[Any]) -> Any:
    """Each is looked for once and they are intersected: a planner that joined them would ask the second again for each of the first."""
    return found[0] if len(found) == 1 else intersect(*found)


def _one_of(found: Sequence[Any]) -> Any:
    return found[0] if len(found) == 1 else union(*found)


async def get_search(session: AsyncSession, caller: Caller, search_id: UUID) -> PersonSearch:
    """A search of the same account that is not too old. Raises NotFound."""
    found = await session.scalar(select(PersonSearch).where(PersonSearch.id == search_id, PersonSearch.account == caller.actor, PersonSearch.recorded_at >= now() - SEARCH_KEPT))
    if found is None:
        raise NotFound()
    return found


CARD = """w.occupation_code AS occupation, o.names ->> CAST(:language AS text) AS occupation_name, w.worker_no, coalesce(a.facility_code, e.facility_code) AS facility,
           f.name AS facility_name, coalesce(u.unit, a.unit) AS unit, a.post_id, a.id AS assignment_id, a.kind, a.fte_share::float8 AS fte_share"""
PLACE_OF_ASKED = """
    LEFT JOIN LATERAL (
        SELECT * FROM assignments a WHERE a.person_id = asked.id AND a.state = 'active' AND a.valid @> CAST(:day AS date)
        ORDER BY a.facility_code IS DISTINCT FROM :facility, a.kind <> 'primary', lower(a.valid), a.id LIMIT 1
    ) a ON true
    LEFT JOIN LATERAL (
        SELECT p.unit FROM posts p WHERE p.id = a.post_id AND p.unit_id IS NOT NULL AND p.valid @> CAST(:day AS date) LIMIT 1
    ) u ON true
    LEFT JOIN LATERAL (
        SELECT * FROM employments e WHERE e.person_id = asked.id AND e.valid @> CAST(:day AS date)
        ORDER BY e.facility_code IS DISTINCT FROM :facility, lower(e.valid), e.id LIMIT 1
    ) e ON true
    LEFT JOIN LATERAL (
        SELECT * FROM workers w WHERE w.person_id = asked.id ORDER BY w.id IS DISTINCT FROM coalesce(a.worker_id, e.worker_id), w.id LIMIT 1
    ) w ON true
    LEFT JOIN occupations o ON o.code = w.occupation_code
    LEFT JOIN LATERAL (
        SELECT f.name FROM facilities f WHERE f.code = coalesce(a.facility_code, e.facility_code) ORDER BY f.valid @> CAST(:day AS date) DESC, lower(f.valid) DESC LIMIT 1
    ) f ON true
"""
_CARDS = text(f"SELECT asked.id, {CARD} FROM unnest(CAST(:ids AS uuid[])) AS asked (id) {PLACE_OF_ASKED}")  # noqa: S608  constants alone


async def cards_of(session: AsyncSession, persons: Iterable[Person], day: date, facility: str | None = None) -> list[PersonCard]:
    """Lines of a list: each person with the occupation and the place of work on the day."""
    found = list(persons)
    if not found:
        return []
    rows = await session.execute(_CARDS, {"ids": [person.id for person in found], "day": day, "facility": facility, "language": current_language.get()})
    places = {row.id: row for row in rows}
    return [_card(person, places[person.id]) for person in found]


def _card(person: Person, place: Any) -> PersonCard:
    return PersonCard(
        id=person.id,
        name=person.name,
        birth_year=person.birth_year,
        sex=person.sex,
        occupation=place.occupation,
        occupation_name=place.occupation_name,
        worker_no=place.worker_no,
        facility=place.facility,
        facility_name=place.facility_name,
        unit=place.unit,
        post_id=place.post_id,
        assignment_id=place.assignment_id,
        kind=place.kind,
        fte_share=place.fte_share,
    )
