"""A rule that refuses a line, as the report of an import says it."""

from typing import Any

from shared.errors import Problem
from shared.imports import Fault, Verdict


def verdict_of(line: Any, problem: Problem, columns: dict[str, str]) -> Verdict:
    """The same sentence as by hand, at the column whose cell is wrong; `columns` names the column of a field where they differ."""
    if problem.fields:
        return Verdict(line.row, "bad", None, [(columns.get(field.path, field.path), Fault(field.reason, **field.values)) for field in problem.fields])
    return Verdict.bad(line.row, None, problem.detail, **problem.values)
