"""Who sees what in the registry: rows carry an authority path and the parties with whom they are shared."""

from typing import Any

from sqlalchemy import ColumnElement, Text, any_, cast, or_
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
    """Columns of every row that row-level security guards."""

    authority_path: Mapped[str] = mapped_column(AuthorityPath)
    shared_with: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)


def visible_to(caller: Caller, row: Any) -> ColumnElement[bool]:
    """The caller manages it, or it is shared with one of their parties; the policy of the database says the same."""
    managed: ColumnElement[bool] = row.authority_path.op("<@", is_comparison=True)(any_(cast(list(caller.scope), ARRAY(AuthorityPath))))
    return or_(managed, row.shared_with.overlap(list(caller.parties)))


def authority_of(facility_path: str) -> str:
    """Code of the authority that manages a facility: the label before the facility's own."""
    labels = facility_path.split(".")
    return labels[-2] if len(labels) > 1 else labels[-1]


def parties_to_share_with(own_path: str, shared_with: list[str], other_path: str) -> list[str]:
    """The parties of a row once the authorities along another path have a relation with it too; sorted, none twice."""
    return sorted(set(shared_with) | (set(other_path.split(".")) - set(own_path.split("."))))
