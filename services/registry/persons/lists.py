"""Pages of people, read quickly: the staff list and a search. Their statements are written once for each shape of question; what is asked goes in as values."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Date, Integer, Select, Text, Uuid, bindparam, false

from services.registry.persons.models import Person
from services.registry.persons.queries import CARD, KEYS, PLACE_OF_ASKED, SEARCH_KEPT, Beginning, name_written, named_with, persons_visible_to, staff_visible_to, words_typed
from shared.clock import now, today
from shared.i18n import current_language
from shared.ids import uuid7
from shared.names import canonical
from shared.pagination import PageParams, Place, place_of, sorted_by, statement_from, turned_page
from shared.quick import Quick, scoped, written
from shared.visibility import CallerOfACountry, CallerToCome

SORTS = {"name": [Person.sort_key]}
STAFF_FILTERS: dict[str, Any] = {"facility": Text, "occupation": Text, "worker_no": Text, "unit_id": Uuid}
Statement = tuple[str, dict[str, Any]]


async def staff_page(quick: Quick, *, sort: str, page: PageParams, day: date, **filters: str | UUID | None) -> bytes:
    """One page of the staff list, as JSON: each person with the occupation and the place of work on the day."""
    place = place_of(page, len(KEYS))
    statement = _staff_statement(sort, None if place is None else place.backwards, *[name for name, value in filters.items() if value is not None])
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
def _staff_statement(sort: str, backwards: bool | None, *filters: str) -> Statement:
    asked = {name: bindparam(name, type_=kind) if name in filters else None for name, kind in STAFF_FILTERS.items()}
    day: Any = bindparam("day", type_=Date)
    place = None if backwards is None else Place(backwards, (bindparam("after_0", type_=Text), bindparam("after_1", type_=Uuid)))
    rows = statement_from(staff_visible_to(CallerToCome, day=day, **asked), keys=sorted_by(sort, SORTS, Person.id), place=place)
    return _with_cards(rows, descends=sort.startswith("-") != bool(backwards), at_facility="facility" in filters)


@lru_cache(maxsize=64)
def _search_statement(shape: tuple[tuple[int, ...], ...], exact: bool, of_a_country: bool) -> Statement:
    caller = CallerOfACountry if of_a_country else CallerToCome
    numbers = iter(range(1000))
    typed = [[[_beginning(next(numbers)) for _ in range(count)] for count in alternatives] for alternatives in shape]
    named = name_written(bindparam("value", type_=Text)) if exact else named_with(caller, typed) if typed else false()
    page, constants = _with_cards(statement_from(persons_visible_to(caller).where(named), keys=KEYS, place=None))
    return f"{_KEEP} {page}", constants


def _beginning(number: int) -> Beginning:
    return Beginning(bindparam(f"start_{number}", type_=Text), bindparam(f"until_{number}", type_=Text))


_KEEP = """
    WITH kept AS (INSERT INTO person_searches (id, account, query, exact) VALUES (:search_id, :account, :query, :exact)),
    forgotten AS (DELETE FROM person_searches WHERE account = :account AND recorded_at < :kept_since)
"""


def _with_cards(rows: Select[Any], *, descends: bool = False, at_facility: bool = False) -> Statement:
    page, constants = written(rows.with_only_columns(Person.id, Person.name, Person.birth_date, Person.sex, Person.sort_key).limit(bindparam("row_limit", type_=Integer)))
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
