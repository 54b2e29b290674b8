"""The lists of the registry as rows of a file. Each starts from the rows that its list shows under the same filters."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from sqlalchemy import Date, String, and_, case, func, lateral, select, true
from sqlalchemy import cast as as_type
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import aliased

from services.registry.absences.models import Absence, State
from services.registry.absences.queries import SORTS as ABSENCE_SORTS
from services.registry.absences.queries import Sort as AbsenceSort
from services.registry.absences.queries import absences_wanted
from services.registry.areas.models import Area
from services.registry.assignments.models import Assignment
from services.registry.assignments.queries import assignments_wanted
from services.registry.exports import words
from services.registry.facilities.api import SORTS as FACILITY_SORTS
from services.registry.facilities.api import Sort as FacilitySort
from services.registry.facilities.models import Facility
from services.registry.facilities.queries import MANAGER, SUPERVISOR, Filters, facilities_on, narrowed
from services.registry.licences.api import licences_wanted, statuses_of
from services.registry.licences.models import Licence, Status
from services.registry.occupations.models import Occupation
from services.registry.persons.models import Person
from services.registry.persons.queries import get_search, persons_found, staff_visible_to
from services.registry.posts.api import Sort as PostSort
from services.registry.posts.api import sorts_of
from services.registry.posts.models import PostState
from services.registry.posts.presence import empty_posts_of
from services.registry.posts.queries import Establishment
from services.registry.units.api import Sort as UnitSort
from services.registry.units.models import Unit, UnitKind
from services.registry.units.queries import sorts_of as unit_sorts
from services.registry.units.queries import units_wanted
from services.registry.units.served import placed
from services.registry.work_items.api import work_items_wanted
from services.registry.work_items.models import WorkItem
from services.registry.workers.models import Employment, Worker
from shared.auth import CallerDep
from shared.clock import today, zone
from shared.db import SessionDep
from shared.exports import Column, Rows
from shared.i18n import _, current_language
from shared.pagination import sorted_by

AsOf = Annotated[date | None, Query(description="The day; today when not said.")]
KnownAt = Annotated[datetime | None, Query(description="What was known at that instant.")]
Code = Annotated[str | None, Query(max_length=60)]
NAME, FACILITY, FACILITY_NAME, OCCUPATION = _("Name"), _("Code of the facility"), _("Facility"), _("Occupation")


def _facility_names(day: date) -> Any:
    """What each facility is called on the day; a closed one, last."""
    told = select(Facility.code, Facility.name).distinct(Facility.code).order_by(Facility.code, Facility.valid.contains(day).desc(), func.lower(Facility.valid).desc())
    return told.subquery("facility_names")


def _occupation_names() -> Any:
    return select(Occupation.code, Occupation.names[current_language.get()].astext.label("name")).subquery("occupation_names")


def _first_of_each(model: Any, wanted: Sequence[Any], *columns: Any, order: Sequence[Any], one_by_one: bool) -> tuple[Any, Any]:
    """The first row of each person, and how it is joined: looked up person by person for a short list, read once from end to end for a long one."""
    found = select(*columns).where(*wanted)
    if one_by_one:
        return lateral(found.where(model.person_id == Person.id).order_by(*order).limit(1)).alias(), true()
    each = found.add_columns(model.person_id.label("of_person")).distinct(model.person_id).order_by(model.person_id, *order).subquery()
    return each, each.c.of_person == Person.id


def _last(valid: Any) -> Any:
    return as_type(func.upper(valid) - 1, Date)


def _day(instant: Any) -> Any:
    """The day of an instant in the authority's time zone."""
    return as_type(func.timezone(zone().key, as_type(instant, TIMESTAMP(timezone=True))), Date)


async def staff_rows(
    caller: CallerDep,
    session: SessionDep,
    facility: Code = None,
    occupation: Code = None,
    worker_no: Code = None,
    unit_id: Annotated[UUID | None, Query(description="A unit with all that hangs below it.")] = None,
    as_of: AsOf = None,
    search: Annotated[UUID | None, Query(description="What a search by name found, instead of the whole staff.")] = None,
    sort: Literal["name", "-name"] = "name",
) -> Rows:
    """Each person once, with the place of work of the day as the list shows it."""
    day = as_of or today()
    if search is not None:
        kept = await get_search(session, caller, search)
        statement = persons_found(caller, kept.query, exact=kept.exact)
    else:
        statement = staff_visible_to(caller, facility=facility, occupation=occupation, worker_no=worker_no, day=day, unit_id=unit_id)
    one_by_one = facility is not None or search is not None or worker_no is not None or unit_id is not None
    a, of_a = _first_of_each(
        Assignment,
        [Assignment.state == "active", Assignment.valid.contains(day)],
        *(Assignment.facility_code, Assignment.unit, Assignment.post_id, Assignment.kind, Assignment.fte_share, Assignment.worker_id),
        order=[Assignment.facility_code.is_distinct_from(facility), Assignment.kind != "primary", func.lower(Assignment.valid), Assignment.id],
        one_by_one=one_by_one,
    )
    e, of_e = _first_of_each(
        Employment,
        [Employment.valid.contains(day)],
        *(Employment.facility_code, Employment.worker_id),
        order=[Employment.facility_code.is_distinct_from(facility), func.lower(Employment.valid), Employment.id],
        one_by_one=one_by_one,
    )
    w, other = aliased(Worker), aliased(Worker)
    working_as = func.coalesce(a.c.worker_id, e.c.worker_id)
    only = ~select(other.id).where(other.person_id == w.person_id, other.id < w.id).exists()
    of_w = and_(w.person_id == Person.id, case((working_as.is_not(None), w.id == working_as), else_=only))
    stands, of_post = placed(a.c.post_id, day)
    statement = statement.outerjoin(a, of_a).outerjoin(e, of_e).outerjoin(w, of_w).outerjoin(stands, of_post)
    place = func.coalesce(a.c.facility_code, e.c.facility_code)
    facilities, occupations = _facility_names(day), _occupation_names()
    statement = statement.outerjoin(facilities, facilities.c.code == place).outerjoin(occupations, occupations.c.code == w.occupation_code)
    columns = [
        Column("name", NAME, Person.name),
        Column("birth_year", _("Born in"), func.extract("year", Person.birth_date), "number"),
        Column("sex", _("Sex"), Person.sex, words=words.SEXES),
        Column("occupation", _("Code of the occupation"), w.occupation_code),
        Column("occupation_name", OCCUPATION, occupations.c.name),
        Column("worker_no", _("Staff number"), w.worker_no),
        Column("facility", FACILITY, place),
        Column("facility_name", FACILITY_NAME, facilities.c.name),
        Column("unit", _("Unit"), func.coalesce(stands.unit, a.c.unit)),
        Column("kind", _("Kind"), a.c.kind, words=words.ASSIGNMENT_KINDS),
        Column("fte_share", _("Share"), func.trim_scale(a.c.fte_share), "number"),
    ]
    return Rows(statement.order_by(*sorted_by(sort, {"name": [Person.sort_key]}, Person.id)), columns, Person.id)


async def post_rows(
    caller: CallerDep,
    session: SessionDep,
    facility: Code = None,
    occupation: Code = None,
    state: PostState | None = None,
    functionally_empty: bool = False,
    reference: Annotated[str | None, Query(max_length=200)] = None,
    unit_id: Annotated[UUID | None, Query(description="A unit with all that hangs below it.")] = None,
    no_unit: bool = False,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    sort: PostSort = "facility",
) -> Rows:
    """The establishment of the day."""
    day = as_of or today()
    establishment = Establishment(day, known_at)
    p = establishment.post
    statement = establishment.visible_to(caller, facility=facility, occupation=occupation, state=state, unit_id=unit_id, no_unit=no_unit)
    if reference:
        statement = statement.where(p.reference == reference)
    if functionally_empty:
        statement = statement.where(p.id.in_(await empty_posts_of(session, caller, facility, day)))
    a = establishment.assignment
    held = lateral(select(func.coalesce(func.sum(a.fte_share), 0).label("share")).where(a.post_id == p.id, a.state == "active", a.valid.contains(day))).alias("held")
    filled = held.c.share
    facilities, occupations = _facility_names(day), _occupation_names()
    statement = (
        statement.select_from(p).join(held, true()).outerjoin(facilities, facilities.c.code == p.facility_code).outerjoin(occupations, occupations.c.code == p.occupation_code)
    )
    stands = case(
        (func.lower(p.valid) > day, case((p.decision_number.is_(None), "planned"), else_="authorised")),
        (and_(~func.upper_inf(p.valid), func.upper(p.valid) <= day), "abolished"),
        (p.frozen, "frozen"),
        (filled < p.fte, "vacant"),
        (filled > p.fte, "over_filled"),
        else_="filled",
    )
    columns = [
        Column("reference", _("Reference"), p.reference),
        Column("occupation", _("Code of the occupation"), p.occupation_code),
        Column("occupation_name", OCCUPATION, occupations.c.name),
        Column("specialty", _("Specialty"), p.specialty),
        Column("facility", FACILITY, p.facility_code),
        Column("facility_name", FACILITY_NAME, facilities.c.name),
        Column("unit", _("Unit"), p.unit),
        Column("job_position", _("Job position"), p.job_position),
        Column("fte", _("Share offered"), func.trim_scale(p.fte), "number"),
        Column("filled_share", _("Share filled"), func.trim_scale(filled), "number"),
        Column("state", _("State"), stands, words=words.POST_STATES),
        Column("open_from", _("Open from"), func.lower(p.valid), "date"),
        Column("close_to", _("Open to"), _last(p.valid), "date"),
    ]
    return Rows(statement.order_by(*sorted_by(sort, sorts_of(p), p.row_id)), columns, p.id)


async def unit_rows(
    facility: Code = None,
    parent: UUID | None = None,
    kind: UnitKind | None = None,
    code: Annotated[str | None, Query(max_length=40)] = None,
    q: Annotated[str | None, Query(max_length=100)] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    sort: UnitSort = "name",
) -> Rows:
    """The units of the day, each with the one above it."""
    day = as_of or today()
    u, statement = units_wanted(day, known_at, facility=facility, parent=parent, kind=kind, code=code, q=q)
    facilities, above = _facility_names(day), aliased(Unit)
    statement = statement.outerjoin(facilities, facilities.c.code == u.facility_code).outerjoin(above, and_(above.id == u.parent_id, above.valid.contains(day)))
    columns = [
        Column("code", _("Code"), u.code),
        Column("name", _("Unit"), u.name),
        Column("kind", _("Kind"), u.kind, words=words.UNIT_KINDS),
        Column("parent", _("Code of the unit above"), above.code),
        Column("parent_name", _("Unit above"), above.name),
        Column("facility", FACILITY, u.facility_code),
        Column("facility_name", FACILITY_NAME, facilities.c.name),
        Column("specialty", _("Specialty"), u.specialty),
        Column("valid_from", _("From"), func.lower(u.valid), "date"),
        Column("valid_to", _("To"), _last(u.valid), "date"),
    ]
    return Rows(statement.order_by(*sorted_by(sort, unit_sorts(u), u.row_id)), columns, u.id)


async def facility_rows(
    area: Code = None,
    authority: Code = None,
    supervisor: Code = None,
    facility_type: Annotated[str | None, Query(alias="type", max_length=40)] = None,
    code: Code = None,
    q: Annotated[str | None, Query(max_length=100)] = None,
    as_of: AsOf = None,
    sort: FacilitySort = "name",
) -> Rows:
    """The public directory of the day."""
    filters = Filters(area=area, authority=authority, supervisor=supervisor, code=code, type=facility_type, q=q)
    columns = [
        Column("code", _("Code"), Facility.code),
        Column("name", FACILITY_NAME, Facility.name),
        Column("type", _("Kind"), Facility.type, words=words.FACILITY_TYPES),
        Column("ownership", _("Ownership"), Facility.ownership, words=words.OWNERSHIPS),
        Column("area", _("Code of the area"), Area.code),
        Column("area_name", _("Place"), Area.name),
        Column("authority", _("Managed by"), MANAGER.party_code),
        Column("technical_supervisor", _("Technical supervisor"), SUPERVISOR.party_code),
        Column("remoteness", _("Remoteness"), Facility.remoteness, words=words.REMOTENESS),
        Column("latitude", _("Latitude"), Facility.latitude, "number"),
        Column("longitude", _("Longitude"), Facility.longitude, "number"),
        Column("valid_from", _("Since"), func.lower(Facility.valid), "date"),
    ]
    return Rows(narrowed(facilities_on(as_of or today()), filters).order_by(*sorted_by(sort, FACILITY_SORTS, Facility.row_id)), columns, Facility.id)


async def assignment_rows(
    caller: CallerDep,
    person: UUID | None = None,
    facility: Code = None,
    post: UUID | None = None,
    state: Annotated[str | None, Query(pattern="^(active|conflicting)$")] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> Rows:
    """One row for each period of an assignment: of one day with `as_of`."""
    a, statement = assignments_wanted(caller, known_at, person=person, facility=facility, post=post, state=state, as_of=as_of)
    day = as_of or today()
    facilities, occupations = _facility_names(day), _occupation_names()
    statement = statement.select_from(a).outerjoin(Worker, Worker.id == a.worker_id).outerjoin(Person, Person.id == a.person_id)
    statement = statement.outerjoin(facilities, facilities.c.code == a.facility_code).outerjoin(occupations, occupations.c.code == Worker.occupation_code)
    stands, of_post = placed(a.post_id, func.greatest(func.lower(a.valid), func.least(day, _last(a.valid))))
    statement = statement.outerjoin(stands, of_post)
    ended = and_(a.state == "active", ~func.upper_inf(a.valid), func.upper(a.valid) <= today())
    columns = [
        Column("person", NAME, Person.name),
        Column("occupation", OCCUPATION, occupations.c.name),
        Column("facility", FACILITY, a.facility_code),
        Column("facility_name", FACILITY_NAME, facilities.c.name),
        Column("unit", _("Unit"), func.coalesce(stands.unit, a.unit)),
        Column("kind", _("Kind"), a.kind, words=words.ASSIGNMENT_KINDS),
        Column("fte_share", _("Share"), func.trim_scale(a.fte_share), "number"),
        Column("starts_on", _("From"), func.lower(a.valid), "date"),
        Column("ends_on", _("To"), _last(a.valid), "date"),
        Column("state", _("State"), case((ended, "ended"), else_=a.state), words=words.ASSIGNMENT_STATES),
        Column("decision_number", _("Number of the decision"), a.decision_number),
    ]
    return Rows(statement.order_by(a.id, func.lower(a.valid)), columns, a.id)


async def absence_rows(
    caller: CallerDep,
    person: UUID | None = None,
    facility: Code = None,
    state: State | None = None,
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
    sort: AbsenceSort = "from",
) -> Rows:
    """Days of absence without their type: whoever needs the type of one reads that one, and the person sees who did."""
    facilities = _facility_names(today())
    statement = absences_wanted(caller, person=person, facility=facility, state=state, first=first, last=last)
    statement = statement.outerjoin(Person, Person.id == Absence.person_id).outerjoin(facilities, facilities.c.code == Absence.facility_code)
    columns = [
        Column("person", NAME, Person.name),
        Column("facility", FACILITY, Absence.facility_code),
        Column("facility_name", FACILITY_NAME, facilities.c.name),
        Column("starts_on", _("From"), Absence.starts_on, "date"),
        Column("ends_on", _("To"), Absence.ends_on, "date"),
        Column("days", _("Days"), Absence.ends_on - Absence.starts_on + 1, "number"),
        Column("state", _("State"), Absence.state, words=words.ABSENCE_STATES),
        Column("requested_on", _("Requested on"), Absence.requested_on, "date"),
        Column("decided_on", _("Decided on"), Absence.decided_on, "date"),
    ]
    return Rows(statement.order_by(*sorted_by(sort, ABSENCE_SORTS, Absence.id)), columns, Absence.id)


async def licence_rows(
    caller: CallerDep, status: Status | None = None, facility: Code = None, expires_by: Annotated[date | None, Query(description="Only those that end by this day.")] = None
) -> Rows:
    """Rights to practise, with what each is worth today."""
    statement, order = licences_wanted(caller, status=status, facility=facility, expires_by=expires_by)
    statement = statement.outerjoin(Person, Person.id == Licence.person_id)
    worth = case(*[(is_so, name) for name, is_so in statuses_of(caller).items()])
    columns = [
        Column("person", NAME, Person.name),
        Column("number", _("Number"), Licence.number),
        Column("authority", _("Issued by"), Licence.authority),
        Column("scope", _("Scope of practice"), func.array_to_string(Licence.scope, ", ")),
        Column("issued_on", _("Issued on"), Licence.issued_on, "date"),
        Column("expires_on", _("Ends on"), Licence.expires_on, "date"),
        Column("status", _("State"), worth, words=words.LICENCE_STATUSES),
    ]
    return Rows(statement.order_by(*order), columns, Licence.id)


async def work_item_rows(caller: CallerDep, state: Literal["open", "closed"] | None = None, facility: Code = None) -> Rows:
    """What must be settled, oldest first."""
    facilities = _facility_names(today())
    statement = work_items_wanted(caller, state=state, facility=facility)
    statement = statement.outerjoin(Person, Person.id == WorkItem.person_id).outerjoin(facilities, facilities.c.code == WorkItem.facility_code)
    columns = [
        Column("sentence", _("What to do"), WorkItem.reason, words=words.WHAT_TO_DO),
        Column("person", NAME, Person.name),
        Column("facility", FACILITY, WorkItem.facility_code),
        Column("facility_name", FACILITY_NAME, facilities.c.name),
        Column("state", _("State"), as_type(WorkItem.state, String), words=words.WORK_STATES),
        Column("opened_on", _("Opened on"), _day(WorkItem.opened_at), "date"),
        Column("closed_on", _("Closed on"), _day(WorkItem.closed_at), "date"),
    ]
    return Rows(statement.order_by(WorkItem.id), columns, WorkItem.id)
