"""A field of an extract: what it says, of which class it is, which values it takes; as the models and the dictionary both know it."""

import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Date, cast, func
from sqlalchemy.orm import InstrumentedAttribute

FieldClass = Literal["public", "directory", "hr"]
Treatment = Literal["same", "replaced", "left_out"]
KINDS: dict[type, str] = {UUID: "uuid", str: "text", bool: "boolean", int: "integer", Decimal: "number", date: "date", datetime: "instant", dict: "object", list: "list"}


@dataclass(frozen=True)
class Field:
    """One member of a line. `source` is the column it is read from; `value` says how, when it is not the column itself. `pseudonymised`: what becomes of it then."""

    name: str
    source: InstrumentedAttribute[Any]
    meaning: str
    field_class: FieldClass
    value: Callable[[Any], Any] | None = None
    kind: str = ""
    nullable: bool | None = None
    unit: str | None = None
    values: Sequence[str] = ()
    pseudonymised: Treatment = "same"
    members: Sequence["Field"] = ()

    def of(self, entity: Any) -> Any:
        """Its value in a statement over this entity (the model, or what was believed of it)."""
        if self.value is not None:
            return self.value(entity)
        column = getattr(entity, self.source.key)
        return func.trim_scale(column) if self.type_name == "number" else column

    @property
    def column(self) -> Any:
        return self.source.property.columns[0]

    @property
    def python_type(self) -> type:
        return self.column.type.python_type  # type: ignore[no-any-return]

    @property
    def type_name(self) -> str:
        return self.kind or KINDS[self.python_type]

    @property
    def is_nullable(self) -> bool:
        return bool(self.column.nullable) if self.nullable is None else self.nullable

    @property
    def allowed(self) -> Sequence[str]:
        """The closed list of its values: as the model says it, else as said here."""
        return tuple(self.values) or literals_of(self.source)

    @property
    def read_from(self) -> str:
        return f"{self.source.class_.__tablename__}.{self.source.key}"


def literals_of(source: InstrumentedAttribute[Any]) -> Sequence[str]:
    """The values of a `Mapped[Literal[…]]`."""
    mapped = typing.get_type_hints(source.class_).get(source.key)
    found = [literal for inner in typing.get_args(mapped) for literal in (inner, *typing.get_args(inner)) if typing.get_origin(literal) is Literal]
    return tuple(value for literal in found for value in typing.get_args(literal))


def first_day_of(entity: Any) -> Any:
    return func.lower(entity.valid)


def last_day_of(entity: Any) -> Any:
    return cast(func.upper(entity.valid) - 1, Date)
