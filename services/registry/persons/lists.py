"""Pages of people, read quickly: the staff list and a search. Their statements are written once for each shape of question; what is asked goes in as values."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Date, Integer, Select, Text, Uuid, bindparam, false, select, true

from services.registry.persons.models import Person
from services.registry.persons.queries import (
    CARD,
    KEYS,
    PLACE_OF_ASKED,
    SEARCH_KEPT,
    Beginning,
    found_by,
    listed,
    name_written,
    persons_visible_to,
    staff_visible_to,
    words_typed,
)
from shared.clock import now, today
from shared.i18n import current_language
from shared.ids import uuid7
from shared.names import canonical
from shared.pagination import PageParams, Place, place_of, sorted_by, statement_from, turned_page
from shared.quick import Quick, scoped, written
from shared.visibility import CallerOfACountry, CallerToCome

SORTS = {"name": [Person.sort_key]}
STAFF_FILTERS: dict[str, Any] = {"facility": Text, "occupation": Text, "worker_no": Text, "unit_id": Uuid}
FINDING_FEW = {"facility", "worker_no", "unit_id"}
"""Filters with an index that finds their people sooner than the order of names does."""
SHOWN = (Person.id, Person.name, Person.birth_date, Person.sex, Person.sort_key)
Statement = tuple[str, dict[str, Any]]


async def staff_page(quick: Quick, *, sort: str, page: PageParams, day: date, **filters: str | UUID | None) -> bytes:
    """One page of the staff list, as JSON: each person with the occupation and the place of work on the day."""
    place = place_of(page, len(KEYS))
    of_a_country = quick.caller.authorities is None
    statement = _staff_statement(sort, None if place is None else place.backwards, of_a_country, *[name for name, value in filters.items() if value is not None])
    return orjson.dumps(await _page(quick, statement, page, place, day, filters), default=str)


async def search_page(quick: Quick, query: str, *, exact: bool, limit: int) -> bytes:
    """The first page of a search; what was typed is kept under an opaque id for some minutes, and what this account searched before them is forgotten."""
    search_id = uuid7()
    kept = {"search_id": search_id, "account": quick.caller.actor, "query": query, "exact": exact, "kept_since": now() - SEARCH_KEPT}
    statement, typed = search_statement(query, exact=exact, of_a_country=quick.caller.authorities is None)
    return orjson.dumps({"id": search_id} | await _page(quick, statement, PageParams(limit, None), None, today(), kept | typed), default=str)


def search_statement(query: str, *, exact: bool, of_a_country: bool) -> tuple[Statement, dict[str, str]]:
    """The statement of a search of this shape, and what was typed as its values."""
    if exact:
        return _search_statement((), True, of_a_country), {"value": canonical(query)}
    typed = words_typed(query)
    shape = tuple(tuple(len(beginnings) for beginnings in alternatives) for alternatives in typed)
    found = [beginning for alternatives in typed for beginnings in alternatives for beginning in beginnings]
    values = {f"start_{number}": each.start for number, each in enumerate(found)} | {f"until_{number}": each.until for number, each in enumerate(found)}
    return _search_statement(shape, False, of_a_country), values


async def _page(quick: Quick, statement: Statement, page: PageParams, place: Place | None, day: date, asked: Mapping[str, Any]) -> dict[str, Any]:
    text, constants = statement
    after = {} if place is None else {f"after_{position}": value for position, value in enumerate(place.after)}
    rows = await quick.rows(text, **constants, **after, **asked, day=day, language=current_language.get(), row_limit=page.limit + 1)
    shown, following, before = turned_page(rows, page, place, lambda row: (row["_sort_key"], row["id"]))
    items = [dict(row) for row in shown]
    for item in items:
        del item["_sort_key"]
    return {"items": items, "next": following, "previous": before}


@lru_cache(maxsize=64)
def _staff_statement(sort: str, backwards: bool | None, of_a_country: bool, *filters: str) -> Statement:
    asked = {name: bindparam(name, type_=kind) if name in filters else None for name, kind in STAFF_FILTERS.items()}
    day: Any = bindparam("day", type_=Date)
    place = None if backwards is None else Place(backwards, (bindparam("after_0", type_=Text), bindparam("after_1", type_=Uuid)))
    staff, descends = staff_visible_to(CallerToCome, day=day, **asked), sort.startswith("-") != bool(backwards)
    if of_a_country or FINDING_FEW.intersection(filters):
        rows = statement_from(staff.with_only_columns(*SHOWN), keys=sorted_by(sort, SORTS, Person.id), place=place)
    else:
        rows = _one_by_one(staff, listed(CallerToCome), sort=sort, place=place, descends=descends)
    return _with_cards(rows, descends=descends, at_facility="facility" in filters)


@lru_cache(maxsize=64)
def _search_statement(shape: tuple[tuple[int, ...], ...], exact: bool, of_a_country: bool) -> Statement:
    caller = CallerOfACountry if of_a_country else CallerToCome
    numbers = iter(range(1000))
    typed = [[[_beginning(next(numbers)) for _ in range(count)] for count in alternatives] for alternatives in shape]
    everybody = persons_visible_to(caller)
    if typed:
        rows = _one_by_one(everybody, found_by(caller, typed))
    else:
        rows = everybody.where(name_written(bindparam("value", type_=Text)) if exact else false()).with_only_columns(*SHOWN).order_by(*KEYS)
    page, constants = _with_cards(rows)
    return f"{_KEEP} {page}", constants


def _one_by_one(statement: Select[tuple[Person]], places: Any, *, sort: str = "name", place: Place | None = None, descends: bool = False) -> Select[Any]:
    """Of those who have these places in the order of names, the ones whom a statement finds, looked at from the first on until the page is full.

    OFFSET 0 keeps the planner from turning it round: it takes the rows that three walls leave for a handful, and would read all files of a province to sort them.
    """
    found = places.subquery("found")
    ordered = statement_from(select(found), keys=sorted_by(sort, {"name": [found.c.sort_key]}, found.c.person_id), place=place).subquery("ordered")
    person = statement.where(Person.id == ordered.c.person_id).with_only_columns(*SHOWN).offset(0).lateral("person")
    keys = [ordered.c.sort_key, ordered.c.person_id]
    return select(*person.c).join_from(ordered, person, true()).order_by(*[key.desc() for key in keys] if descends else keys)


def _beginning(number: int) -> Beginning:
    return Beginning(bindparam(f"start_{number}", type_=Text), bindparam(f"until_{number}", type_=Text))


_KEEP = """
    WITH kept AS (INSERT INTO person_searches (id, account, query, exact) VALUES (:search_id, :account, :query, :exact)),
    forgotten AS (DELETE FROM person_searches WHERE account = :account AND recorded_at < :kept_since)
"""


def _with_cards(rows: Select[Any], *, descends: bool = False, at_facility: bool = False) -> Statement:
    page, constants = written(rows.limit(bindparam("row_limit", type_=Integer)))
    direction = "DESC" if descends else ""
    return (
        f"""
        SELECT asked.id, asked.name, extract(year FROM asked.birth_date)::int AS birth_year, asked.sex, {CARD}, asked.sort_key AS _sort_key
        FROM (SELECT seen.* FROM {scoped(page)}) AS asked {PLACE_OF_ASKED if at_facility else PLACE_OF_ASKED.replace(":facility", "NULL")}
        ORDER BY asked.sort_key {direction}, asked.id {direction}
        """,  # noqa: S608  constants alone; values are parameters
        constants,
    )


__all__: Sequence[str] = ["search_page", "search_statement", "staff_page"]
