"""Sign-in sessions: tokens stay here, encrypted; the browser holds an opaque cookie.

A session ends after half an hour without use, after ten hours in any case, when the person signs out, when the
identity provider says so (back-channel), and at the latest a minute after its account or client was revoked,
because its tokens are refreshed before a request is served with tokens older than that.
"""

import hashlib
import hmac
import secrets
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.portal.identity import IdentityAway, IdentityRefused, Tokens, identity
from shared.auth import verifier
from shared.clock import now
from shared.db import database
from shared.settings import settings
from shared.tokens import Claims, KeysUnavailable, TokenRefused

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=10)
REFRESH_AFTER = timedelta(seconds=45)


@cache
def _key(purpose: str) -> bytes:
    secret = settings().session_secret.get_secret_value().encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"relais portal {purpose}".encode()).derive(secret)


def seal(purpose: str, content: Any, bound_to: bytes = b"") -> bytes:
    """Encrypt and authenticate something; it opens only for the same purpose and owner."""
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(_key(purpose)).encrypt(nonce, orjson.dumps(content), bound_to)


def unseal(purpose: str, sealed: bytes, bound_to: bytes = b"") -> Any | None:
    """What was sealed; None when it was tampered with or the secret has changed."""
    try:
        return orjson.loads(AESGCM(_key(purpose)).decrypt(sealed[:12], sealed[12:], bound_to))
    except (InvalidTag, ValueError):
        return None


@dataclass(frozen=True)
class Session:
    """Who is signed in, in this browser."""

    cookie: str = field(repr=False)
    tokens: Tokens = field(repr=False)
    account: str
    name: str
    roles: frozenset[str]
    groups: tuple[str, ...]
    acting_for_names: tuple[str, ...] = ()
    """Whom this person stands in for today."""

    @property
    def token(self) -> str:
        return self.tokens.access


def _id(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode()).digest()


def _sealed(cookie: str, tokens: Tokens, claims: Claims) -> bytes:
    content = {"tokens": asdict(tokens), "name": claims.name, "roles": sorted(claims.roles), "groups": list(claims.groups), "acting_for_names": list(claims.acting_for_names)}
    return seal("session", content, _id(cookie))


async def start_session(tokens: Tokens, id_claims: dict[str, Any]) -> str:
    """Keep the tokens of a person who has just signed in; the value of their new cookie."""
    claims = await _claims(tokens)
    if claims.sub != id_claims["sub"]:
        raise IdentityRefused("subject-differs")
    cookie = secrets.token_urlsafe(32)
    async with database.engine("app").begin() as connection:
        await connection.execute(
            text("INSERT INTO sessions (id, issuer, account, identity_session, sealed, started_at, refreshed_at) VALUES (:id, :issuer, :account, :sid, :sealed, :now, :now)"),
            {"id": _id(cookie), "issuer": claims.iss, "account": claims.sub, "sid": id_claims.get("sid"), "sealed": _sealed(cookie, tokens, claims), "now": now()},
        )
        await connection.execute(text("DELETE FROM sessions WHERE refreshed_at < :idle OR started_at < :absolute"), {"idle": now() - IDLE, "absolute": now() - ABSOLUTE})
    return cookie


async def open_session(cookie: str) -> Session | None:
    """The session of a cookie with tokens that are still welcome, refreshed when they are a minute old; None when it has ended."""
    async with database.engine("app").begin() as connection:
        row = await _row(connection, cookie)
        if row is not None and now() - row.refreshed_at > REFRESH_AFTER:
            # Two requests at once must not send one refresh token twice: the provider would take it for stolen.
            row = await _row(connection, cookie, lock=True)
            if row is not None and now() - row.refreshed_at > REFRESH_AFTER:
                return await _refreshed(connection, cookie, row)
        return None if row is None else _session(cookie, row.account, row.sealed)


async def end_session(cookie: str) -> None:
    async with database.engine("app").begin() as connection:
        await connection.execute(text("DELETE FROM sessions WHERE id = :id"), {"id": _id(cookie)})


async def end_sessions_of(sid: str | None, account: str | None) -> list[Tokens]:
    """What a back-channel logout asks for: one sign-in of the provider, or all of one account. The tokens that the ended sessions held."""
    whose, value = ("identity_session", sid) if sid else ("account", account)
    async with database.engine("app").begin() as connection:
        ended = await connection.execute(
            text(f"DELETE FROM sessions WHERE issuer = :issuer AND {whose} = :value RETURNING id, sealed"),  # noqa: S608  one of two columns
            {"issuer": settings().issuer, "value": value},
        )
        opened = [unseal("session", row.sealed, row.id) for row in ended]
    return [Tokens(**content["tokens"]) for content in opened if content is not None]


_LOOK = text("SELECT account, sealed, started_at, refreshed_at FROM sessions WHERE id = :id")
_LOCK = text("SELECT account, sealed, started_at, refreshed_at FROM sessions WHERE id = :id FOR UPDATE")


async def _row(connection: AsyncConnection, cookie: str, *, lock: bool = False) -> Any:
    found = await connection.execute(_LOCK if lock else _LOOK, {"id": _id(cookie)})
    row = found.one_or_none()
    if row is not None and not is_open(row.started_at, row.refreshed_at, now()):
        await connection.execute(text("DELETE FROM sessions WHERE id = :id"), {"id": _id(cookie)})
        return None
    return row


def is_open(started_at: datetime, refreshed_at: datetime, at: datetime) -> bool:
    """Neither idle for too long nor open for too long."""
    return at - refreshed_at <= IDLE and at - started_at <= ABSOLUTE


async def _refreshed(connection: AsyncConnection, cookie: str, row: Any) -> Session | None:
    session = _session(cookie, row.account, row.sealed)
    try:
        tokens = await identity.refresh(session.tokens) if session else None
        claims = await _claims(tokens) if tokens else None
    except IdentityRefused:
        claims = tokens = None
    if tokens is None or claims is None or claims.sub != row.account:
        await connection.execute(text("DELETE FROM sessions WHERE id = :id"), {"id": _id(cookie)})
        return None
    sealed = _sealed(cookie, tokens, claims)
    await connection.execute(text("UPDATE sessions SET sealed = :sealed, refreshed_at = :now WHERE id = :id"), {"id": _id(cookie), "sealed": sealed, "now": now()})
    return _session(cookie, row.account, sealed)


def _session(cookie: str, account: str, sealed: bytes) -> Session | None:
    content = unseal("session", sealed, _id(cookie))
    if content is None:
        return None
    return Session(cookie, Tokens(**content["tokens"]), account, content["name"], frozenset(content["roles"]), tuple(content["groups"]), tuple(content.get("acting_for_names", ())))


async def _claims(tokens: Tokens) -> Claims:
    try:
        return await verifier().verify(tokens.access)
    except KeysUnavailable as error:
        raise IdentityAway from error
    except TokenRefused as refused:
        raise IdentityRefused(refused.slug) from refused


# ---- Forms carry a token that only the page's own browser session can have ----------------------------------------


def csrf_token(owner: str) -> str:
    """A token for the forms of one browser session, different on each page so that compression tells nothing of it."""
    pad = secrets.token_bytes(32)
    return (pad + _xor(pad, _csrf(owner))).hex()


def csrf_holds(owner: str, token: str) -> bool:
    try:
        raw = bytes.fromhex(token)
    except ValueError:
        return False
    return bool(owner) and len(raw) == 64 and hmac.compare_digest(_xor(raw[:32], raw[32:]), _csrf(owner))


def _csrf(owner: str) -> bytes:
    return hmac.digest(_key("forms"), owner.encode(), "sha256")


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))
