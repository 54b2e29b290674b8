"""How the value of an identifier is kept: encrypted with a key of its person, found by a blinded index.

The key of a person is random, wrapped by a key of the installation, and bound to its row; a value is bound to its own row,
so that no row passes for another. Destroying the person's key destroys every value, also in the backups of the database.
The index is an HMAC of kind, issuer and value with another key of the installation: it answers "the same or not" and no more.
"""

import hmac
import secrets
import unicodedata
from functools import cache
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.registry.identifiers.models import NO_KEY
from shared.errors import Refused
from shared.i18n import _
from shared.settings import settings

NONCE = 12
KEY = 32
_NOT_SAID = str.maketrans("", "", " .-/ \u2010\u2011\u2013")


def normal(value: str) -> str:
    """The form in which two spellings of one number are the same: no space, dot, dash or slash, capital letters."""
    return unicodedata.normalize("NFKC", value).translate(_NOT_SAID).upper()


def new_key(key_id: UUID) -> bytes:
    """A new key of a person, wrapped. Raises Refused when the installation has no key of its own."""
    return _seal(_installation_key("wrap"), secrets.token_bytes(KEY), key_id)


def seal(wrapped: bytes, key_id: UUID, value: str, identifier_id: UUID) -> bytes:
    return _seal(_open(_installation_key("wrap"), wrapped, key_id), value.encode(), identifier_id)


def unseal(wrapped: bytes, key_id: UUID, sealed: bytes, identifier_id: UUID) -> str:
    return _open(_open(_installation_key("wrap"), wrapped, key_id), sealed, identifier_id).decode()


def blind(kind: str, issuer: str, value: str) -> bytes:
    """What the index holds instead of the value."""
    return hmac.digest(_installation_key("blind"), "\0".join((kind, issuer, normal(value))).encode(), "sha256")


def masked(value: str) -> str:
    """Enough to recognise it beside the paper: the last three characters of a longer one."""
    return "•••" + (value[-3:] if len(value) > 5 else "")  # noqa: PLR2004  a short one would be told whole


def _seal(key: bytes, content: bytes, row: UUID) -> bytes:
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, row.bytes)


def _open(key: bytes, sealed: bytes, row: UUID) -> bytes:
    return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], row.bytes)


def _installation_key(purpose: str) -> bytes:
    secret = settings().identifiers_secret.get_secret_value()
    if not secret:
        raise Refused(NO_KEY, _("This installation keeps no identifiers: it has no key to encrypt them with."), possible=_("Whoever runs it sets RELAIS_IDENTIFIERS_SECRET."))
    return _derived(secret, purpose)


@cache
def _derived(secret: str, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY, salt=None, info=f"relais identifiers {purpose}".encode()).derive(secret.encode())
