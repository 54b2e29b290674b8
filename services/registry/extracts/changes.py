"""The token with which the next extract asks for what changed since this one.

A recorded time alone loses what a slow transaction wrote with an earlier time and committed later. The token therefore holds the
oldest transaction that was still open: what it or a later one wrote is told again, even when it was told before. It is good for
the same list, program, territory and pseudonyms, in the same life of the database (a restore begins another).
"""

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Boolean, ColumnElement, literal_column, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller
from shared.errors import Malformed, Refused
from shared.i18n import _

OLDEST = 2**31 - 2**20  # transactions: the database compares no more than this, and the extract itself takes time
WRAP = 2**32
_NOW = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS open, (SELECT value FROM incarnation) AS incarnation")


@dataclass(frozen=True)
class Since:
    """Where the last extract stood."""

    transaction: int

    def is_after(self, table: str) -> ColumnElement[bool]:
        """Whether a row of this table was written by that transaction or a later one; a comparison of the database's own row versions."""
        return literal_column(f"age({table}.xmin) <= age('{self.transaction % WRAP}'::xid)", Boolean)


async def token_now(session: AsyncSession, caller: Caller, of: str) -> str:
    """The token of an extract that is taken after this."""
    now = (await session.execute(_NOW)).one()
    return _encoded([int(now.open), now.incarnation, _whose(caller, of)])


async def since(session: AsyncSession, caller: Caller, of: str, token: str) -> Since:
    """What a token says. Raises Malformed, or Refused when only a whole extract helps."""
    transaction, incarnation, whose = _decoded(token)
    now = (await session.execute(_NOW)).one()
    whole = _("Take a whole extract, and go on from its token.")
    if whose != _whose(caller, of):
        raise Refused("changes-of-another-extract", _("This token is of another list, program, territory or kind of pseudonym."), possible=whole)
    if incarnation != now.incarnation:
        raise Refused("changes-before-restore", _("The register was restored from a copy since this token was given."), possible=whole)
    if not 0 <= int(now.open) - transaction <= OLDEST:
        raise Refused("changes-too-old", _("This token is too old: what changed since is not known any more."), possible=whole)
    return Since(transaction)


def _whose(caller: Caller, of: str) -> str:
    return hashlib.sha256(orjson.dumps([of, caller.client_id, sorted(caller.scope), sorted(caller.parties)])).hexdigest()[:16]


def _encoded(said: list[Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(said)).decode().rstrip("=")


def _decoded(token: str) -> tuple[int, int, str]:
    try:
        said = orjson.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        transaction, incarnation, whose = said
        if not (type(transaction) is type(incarnation) is int and isinstance(whose, str)):
            raise ValueError(token)
    except (ValueError, TypeError) as error:
        raise Malformed.field("changes_since", _("This token is not one that an extract gave.")) from error
    return transaction, incarnation, whose
