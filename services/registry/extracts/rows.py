"""The lines of an extract as the database writes them: under row-level security, in one pass, held nowhere whole."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, Text, cast, exists, func, literal, select, union, union_all
from sqlalchemy.dialects.postgresql import JSON

from services.registry.assignments.models import Assignment, assignments_history
from services.registry.beliefs import believed
from services.registry.extracts.changes import Since
from services.registry.extracts.dictionary import ASSIGNMENTS, FACILITIES, OCCUPATIONS, PERSONS, POSTS, WORKER_MEMBERS, Extract
from services.registry.extracts.fields import Field
from services.registry.extracts.pseudonyms import pseudonym_of
from services.registry.facilities.models import Facility
from services.registry.occupations.models import Occupation
from services.registry.persons.models import Person
from services.registry.persons.queries import persons_visible_to
from services.registry.posts.models import Post, posts_history
from services.registry.workers.models import Employment, Worker, employments_history
from shared.auth import Caller
from shared.visibility import visible_to

GONE = "gone"


@dataclass(frozen=True)
class Asked:
    """Which lines, as of when, as known when, or since when; and whether under pseudonyms."""

    as_of: date | None = None
    known_at: datetime | None = None
    since: Since | None = None
    pseudonymised: bool = True


def lines_of(extract: Extract, caller: Caller, asked: Asked) -> Select[Any]:
    """One JSON object a row."""
    rows: Select[Any] = _ROWS[extract.name](caller, asked)
    return rows


def _json(extract: Extract, entity: Any, asked: Asked, statement: Select[Any], **values: Any) -> Select[Any]:
    """The line of each row of a statement over the entity."""
    told = [(values[field.name] if field.name in values else _value(field, entity, asked)).label(field.name) for field in extract.given(pseudonymised=asked.pseudonymised)]
    rows = statement.with_only_columns(*told).subquery("line")
    return select(cast(func.row_to_json(rows.table_valued()), Text))


def _value(field: Field, entity: Any, asked: Asked) -> Any:
    value = field.of(entity)
    return pseudonym_of(value) if asked.pseudonymised and field.pseudonymised == "replaced" else value


def _persons(caller: Caller, asked: Asked) -> Any:
    statement = persons_visible_to(caller)
    if asked.as_of is not None:
        assignment, employment = believed(Assignment, assignments_history, asked.known_at), believed(Employment, employments_history, asked.known_at)
        worked = union(
            select(assignment.person_id).where(assignment.state == "active", assignment.valid.contains(asked.as_of)),
            select(employment.person_id).where(employment.valid.contains(asked.as_of)),
        )
        statement = statement.where(Person.id.in_(worked))
    elif asked.known_at is not None:
        statement = statement.where(Person.recorded_at <= asked.known_at)
    if asked.since is not None:
        changed = union_all(select(Person.id).where(asked.since.is_after("persons")), select(Worker.person_id).where(asked.since.is_after("workers")))
        statement = statement.where(Person.id.in_(changed))
    members = [(literal(field.name), _value(field, Worker, asked)) for field in WORKER_MEMBERS if not (asked.pseudonymised and field.pseudonymised == "left_out")]
    occupations = select(func.json_agg(func.json_build_object(*[part for member in members for part in member])).label("workers"), Worker.person_id).group_by(Worker.person_id)
    each = occupations.where(visible_to(caller, Worker)).subquery("each")
    statement = statement.outerjoin(each, each.c.person_id == Person.id)
    return _json(PERSONS, Person, asked, statement, workers=func.coalesce(each.c.workers, cast(literal("[]"), JSON)))


def _periods(extract: Extract, model: Any, history: Any, caller: Caller, asked: Asked) -> Any:
    """Periods of things that have earlier beliefs. Of what changed, each thing is told whole again, or that nothing of it is left."""
    entity = believed(model, history, asked.known_at)
    statement = select(entity).where(visible_to(caller, entity))
    if asked.as_of is not None:
        statement = statement.where(entity.valid.contains(asked.as_of))
        if model is Assignment:
            statement = statement.where(entity.state == "active")
    if asked.since is None:
        return _json(extract, entity, asked, statement)
    now, before = model.__tablename__, history.name
    changed = union(
        select(model.id).where(visible_to(caller, model), asked.since.is_after(now)), select(history.c.id).where(visible_to(caller, history.c), asked.since.is_after(before))
    ).subquery("changed")
    told = _json(extract, entity, asked, statement.where(entity.id.in_(select(changed.c.id))))
    id_field = next(field for field in extract.fields if field.name == extract.key)
    left = pseudonym_of(changed.c.id) if asked.pseudonymised and id_field.pseudonymised == "replaced" else changed.c.id
    gone = select(cast(func.json_build_object(literal(extract.key), left, literal(GONE), True), Text)).where(~exists().where(model.id == changed.c.id, visible_to(caller, model)))
    return select(union_all(told, gone).subquery("all").c[0])


def _posts(caller: Caller, asked: Asked) -> Any:
    return _periods(POSTS, Post, posts_history, caller, asked)


def _assignments(caller: Caller, asked: Asked) -> Any:
    return _periods(ASSIGNMENTS, Assignment, assignments_history, caller, asked)


def _facilities(_caller: Caller, asked: Asked) -> Any:
    statement = select(Facility)
    if asked.as_of is not None:
        statement = statement.where(Facility.valid.contains(asked.as_of))
    if asked.since is not None:
        statement = statement.where(Facility.id.in_(select(Facility.id).where(asked.since.is_after("facilities"))))
    return _json(FACILITIES, Facility, asked, statement)


def _occupations(_caller: Caller, asked: Asked) -> Any:
    statement = select(Occupation)
    if asked.since is not None:
        statement = statement.where(asked.since.is_after("occupations"))
    return _json(OCCUPATIONS, Occupation, asked, statement)


_ROWS = {"persons": _persons, "posts": _posts, "assignments": _assignments, "facilities": _facilities, "occupations": _occupations}
