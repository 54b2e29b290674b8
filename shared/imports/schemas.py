"""Imports as the API shows them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.actions import Action

RowState = Literal["good", "changed", "bad", "unchanged"]


class FindingRead(BaseModel):
    """Why a row is not written. Rows are the spreadsheet's own, so the first under the headings is usually 2."""

    model_config = ConfigDict(from_attributes=True)

    row: int
    state: Literal["bad", "unchanged"]
    column: str | None
    reason: str


class ChangeRead(BaseModel):
    """What a row changes of what is recorded."""

    column: str
    before: str | None
    after: str | None


class RowRead(BaseModel):
    """One row as it was understood: what will be written of it, what it changes, or why it is left out."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "row": 7, "state": "changed", "values": {"worker_no": "QN-000123", "sex": "female"},
                "changes": [{"column": "sex", "before": "male", "after": "female"}], "reasons": [],
            }
        }
    )  # fmt: skip

    row: int
    state: RowState
    values: dict[str, str | None]
    changes: list[ChangeRead]
    reasons: list[str]


class ImportRead(BaseModel):
    """An import: what the check found, and whether the good rows were confirmed. The report shows the first 200 rows; `errors.csv` all."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={
            "example": {
                "id": "0198…", "kind": "people", "mode": "add", "state": "checked", "file_name": "staff.xlsx", "file_sha256": "9f86…", "ignored_columns": ["Ghi chú"],
                "rows": 120, "good": 117, "changed": 0, "bad": 2, "unchanged": 1, "written": 0, "created_at": "2025-10-01T02:00:00Z", "confirmed_at": None,
                "report": [{"row": 14, "state": "bad", "column": "birth_date", "reason": "“31/02/1980” is no day of the calendar: write the day first, dd/mm/yyyy."}],
                "report_is_complete": True, "available_actions": [{"act": "confirm", "allowed": True}],
            }
        },
    )  # fmt: skip

    id: UUID
    kind: str
    mode: Literal["add", "update"]
    state: Literal["checked", "confirmed"]
    file_name: str
    file_sha256: str
    ignored_columns: list[str]
    rows: int
    good: int
    changed: int
    bad: int
    unchanged: int
    written: int
    created_at: datetime
    confirmed_at: datetime | None
    report: list[FindingRead] = []
    report_is_complete: bool = True
    available_actions: list[Action] = []
