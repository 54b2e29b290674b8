"""Imports as the API shows them."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.actions import Action
from shared.imports.encodings import Windows

Said = Annotated[str, StringConstraints(min_length=1, max_length=100)]
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


class HeadingRead(BaseModel):
    """A heading of the file that is not known, with what stands under it in the first rows."""

    heading: str
    examples: list[str]


class EncodingRead(BaseModel):
    """How one encoding would read words of the file."""

    encoding: Windows
    examples: list[str]


class QuestionsRead(BaseModel):
    """What must be said before the file can be judged: which of these headings mean which of these columns."""

    missing: list[str]
    columns: list[str]
    headings: list[HeadingRead]
    encodings: list[EncodingRead] = Field(default=[], description="When the file does not tell its encoding: how each possible one reads words of it. One must be chosen first.")


class UnknownWordRead(BaseModel):
    """A word that no code is known for, and in how many rows it stands."""

    model_config = ConfigDict(from_attributes=True)

    column: str
    written: str
    rows: int


class ChoiceRead(BaseModel):
    """A code that a column takes, and what people call it."""

    code: str
    name: str


class MeaningsCreate(BaseModel):
    """What headings mean (a column, or null for nothing) and, by column, which code a word means; of a text file that does not tell it, the encoding."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"columns": {"Số hồ sơ": "worker_no", "Ghi chú": None}, "values": {"occupation_code": {"Bác sỹ ĐK": "VN-BS"}}}},
    )

    columns: dict[Said, str | None] = Field(default={}, max_length=200)
    values: dict[str, dict[Said, str]] = Field(default={}, max_length=50)
    encoding: Windows | None = None


class ImportRead(BaseModel):
    """An import: what the check found, and whether the good rows were confirmed. The report shows the first 200 rows; `errors.csv` all."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={
            "example": {
                "id": "0198…", "kind": "people", "mode": "add", "state": "checked", "file_name": "staff.xlsx", "file_sha256": "9f86…", "ignored_columns": ["Ghi chú"], "done": 0, "total": None,
                "rows": 120, "good": 117, "changed": 0, "bad": 2, "unchanged": 1, "written": 0, "created_at": "2025-10-01T02:00:00Z", "confirmed_at": None,
                "report": [{"row": 14, "state": "bad", "column": "birth_date", "reason": "“31/02/1980” is no day of the calendar: write the day first, dd/mm/yyyy."}],
                "report_is_complete": True, "available_actions": [{"act": "confirm", "allowed": True}],
            }
        },
    )  # fmt: skip

    id: UUID
    kind: str
    mode: Literal["add", "update"]
    state: Literal["asking", "checking", "checked", "writing", "confirmed", "cancelled", "stopped"]
    done: int = Field(description="While the worker is at it: how many rows it has done.")
    total: int | None = Field(description="Of how many, where it is known.")
    problem: str | None = Field(default=None, description="Why it failed.")
    columns: dict[str, str] = Field(default={}, description="What each column is called in the reader's language.")
    questions: QuestionsRead | None = None
    unknown_words: list[UnknownWordRead] = []
    lists: dict[str, list[ChoiceRead]] = {}
    file_name: str
    file_sha256: str
    encoding: str | None = Field(default=None, description="In which encoding a text file was read.")
    file_deleted_on: date | None = Field(default=None, description="When the file as it was sent was deleted: its counts stay.")
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
