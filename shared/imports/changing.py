"""Rows that change what is recorded: each by the same act as by hand, dated and audited as that act says, and refused in its words.

async def change(session, caller, verdicts) -> list[Verdict]:           # of the rows that were refused
    async def act(verdict: Verdict) -> None:
        await change_post(session, caller=caller, post_id=verdict.about, body=…)

    return await change_each(session, verdicts, act)
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import database
from shared.errors import Problem, problem_of_database_error
from shared.i18n import _, translate
from shared.imports.cells import Fault
from shared.imports.judging import Verdict

BY_A_FILE = _("By the import of a file.")
BY_HAND = _("This is recorded otherwise, and a file does not change it: change it by hand.")


def reason_of_file() -> str:
    """The reason that is kept with a change that a file made."""
    return translate(BY_A_FILE)


def changes_between(filled: Set[str], before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """By column what is recorded and what a row says otherwise; an empty cell says nothing."""
    return {name: (before[name], after[name]) for name in before if name in filled and before[name] != after[name]}


def judged_change(line: Any, filled: Set[str], before: Mapping[str, Any], after: Mapping[str, Any], fixed: Mapping[str, bool], about: Any) -> Verdict:
    """What a row changes of the thing `about`. `fixed`: by column whether what no file changes is as the row says."""
    other = [name for name, is_same in fixed.items() if name in filled and not is_same]
    if other:
        return Verdict(line.row, "bad", None, [(name, Fault(BY_HAND)) for name in other])
    changes = changes_between(filled, before, after)
    return Verdict.change(line, changes, about) if changes else Verdict.recorded(line)


def refused_by(row: int, problem: Problem, columns: Mapping[str, str] | None = None) -> Verdict:
    """The same sentence as by hand, at the column whose cell is wrong; `columns` names the column of a field where they differ."""
    if problem.fields:
        return Verdict(row, "bad", None, [((columns or {}).get(field.path, field.path), Fault(field.reason, **field.values)) for field in problem.fields])
    return Verdict.bad(row, None, problem.detail, **problem.values)


async def change_each(session: AsyncSession, verdicts: Sequence[Verdict], act: Callable[[Verdict], Awaitable[Any]], columns: Mapping[str, str] | None = None) -> list[Verdict]:
    """Each row's act in a savepoint of its own: what a rule or the database refuses keeps its row out and no other."""
    refused = []
    for verdict in verdicts:
        try:
            async with session.begin_nested():
                await act(verdict)
                await session.flush()
                await session.execute(_IMMEDIATE)  # what is compared at the end of the transaction would refuse all rows
                await session.execute(_DEFERRED)
        except Problem as problem:
            refused.append(refused_by(verdict.row, problem, columns))
        except DBAPIError as error:
            told = problem_of_database_error(error)
            if told is None:
                raise
            refused.append(refused_by(verdict.row, told, columns))
    return refused


def changed_since(verdict: Verdict, shown: Mapping[str, Sequence[Any]] | None) -> Verdict | None:
    """A row is refused when what it changes is no longer what the preview showed."""
    now = orjson.loads(database.dumps(verdict.changes or {}))
    other = [name for name, (before, _after) in now.items() if shown is None or name not in shown or shown[name][0] != before]
    if not other:
        return None
    return Verdict(
        verdict.row,
        "bad",
        None,
        [(name, Fault(_("The record was changed since the preview: {before} is now {now}. Send the file again."), **_told(shown, now, name))) for name in other],
    )


def _told(shown: Mapping[str, Sequence[Any]] | None, now: Mapping[str, Sequence[Any]], name: str) -> dict[str, str]:
    before = (shown or {}).get(name, ("–",))[0]
    return {key: "–" if value is None else str(value) for key, value in (("before", before), ("now", now[name][0]))}


_IMMEDIATE, _DEFERRED = text("SET CONSTRAINTS ALL IMMEDIATE"), text("SET CONSTRAINTS ALL DEFERRED")
