"""The second wall: queries start from the rows that the caller's relations open; the database's policy says the same again."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Text, any_, bindparam, cast, or_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from shared.auth import Caller


class AuthorityPath(UserDefinedType[str]):
    """PostgreSQL's ltree: `VN.VN-22.VN-22-BVT` is the general hospital under the authority VN-22."""

    cache_ok = True

    def get_col_spec(self, **_options: Any) -> str:
        return "LTREE"


class Protected:
    """Columns of every row that row-level security guards: whose it is, and with whom it is shared."""

    authority_path: Mapped[str] = mapped_column(AuthorityPath)
    shared_with: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)


class CallerToCome:
    """Stands for the caller in a statement that is written once and asked by many (shared/quick.py)."""

    scope = bindparam("paths", type_=ARRAY(Text))
    parties = bindparam("parties", type_=ARRAY(Text))
    authorities: BindParameter[Any] | None = bindparam("authorities", type_=ARRAY(Text))
    roles_and_scopes = bindparam("roles", type_=ARRAY(Text))


class CallerOfACountry(CallerToCome):
    """The same for whoever manages a whole country."""

    authorities = None


def any_path(paths: Sequence[str] | BindParameter[Any]) -> ColumnElement[Any]:
    """`ANY (…)` over authority paths."""
    return any_(cast(_bound(paths), ARRAY(AuthorityPath)))


def _bound(values: Sequence[str] | BindParameter[Any]) -> Any:
    return values if isinstance(values, BindParameter) else list(values)


def visible_to(caller: Caller | type[CallerToCome], row: Any) -> ColumnElement[bool]:
    """The caller manages it, or it is shared with one of their parties."""
    managed: ColumnElement[bool] = row.authority_path.op("<@", is_comparison=True)(any_path(caller.scope))
    return or_(managed, row.shared_with.overlap(_bound(caller.parties)))


VISIBLE_TO_CALLER = "(authority_path <@ ANY (CAST(:paths AS text[])::ltree[]) OR shared_with && CAST(:parties AS text[]))"
"""The same in a statement written out."""


def published_above(caller: Caller, row: Any) -> ColumnElement[bool]:
    """It belongs to an authority above the caller's own: what a province publishes is read by its facilities."""
    above: ColumnElement[bool] = row.authority_path.op("@>", is_comparison=True)(any_path(caller.scope))
    return above
