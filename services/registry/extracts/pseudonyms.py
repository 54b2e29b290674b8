"""Pseudonyms: the same person has the same one in each extract of one program, and another one in those of every other program.

They are keyed, so that nobody who knows an identifier finds its pseudonym; each program's key is derived from the secret that wraps
the identifiers, and is nowhere written. Pseudonymised data are still personal data.

The first half of SHA-256 over key and identifier, both of fixed length: with inputs that cannot be extended, a key in front is a
pseudorandom function (Bellare, Canetti, Krawczyk 1996) and costs one block of SHA-256 where HMAC costs four.
"""

from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Uuid, cast, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.errors import Refused
from shared.i18n import _
from shared.settings import settings

KEY = 32
SETTING = "relais.pseudonym_key"
"""Of a transaction: in the text of a statement the key would stand in logs and statistics."""


def pseudonym_of(identifier: Any) -> Any:
    """Its pseudonym in a statement, in the form of an identifier; of none, none. The key is read once for the statement."""
    key = select(func.decode(func.current_setting(SETTING), "hex")).scalar_subquery()
    return cast(func.encode(func.substr(func.sha256(key.op("||")(func.uuid_send(identifier))), 1, 16), "hex"), Uuid)


async def use_pseudonyms_of(session: AsyncSession, client_id: str) -> None:
    """Give the transaction the key of one program."""
    await session.execute(text("SELECT set_config(:setting, :key, true)"), {"setting": SETTING, "key": _key(settings().identifiers_secret.get_secret_value(), client_id).hex()})


def require_a_secret() -> None:
    """Raises Refused."""
    if not settings().identifiers_secret.get_secret_value():
        raise Refused("no-pseudonyms", _("This installation has no secret from which pseudonyms are made."), possible=_("Whoever runs it sets RELAIS_IDENTIFIERS_SECRET."))


@lru_cache(maxsize=256)
def _key(secret: str, client_id: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY, salt=None, info=f"relais pseudonyms {client_id}".encode()).derive(secret.encode())
