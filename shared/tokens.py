"""Is this access token true, meant for us and still valid?

One verifier for the gateway and for every service; it knows no framework. Keys and headers are judged by joserfc, signatures
by cryptography; what is decided here is which keys are trusted (only the configured issuer's), how long, and what a token
must say. Without trustworthy keys nothing is granted.
"""

import asyncio
import hashlib
import json
import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from joserfc.util import urlsafe_b64decode

from shared.revocations import Revocations

ALGORITHM = "RS256"
PADDING, HASH = PKCS1v15(), SHA256()
MAX_TOKEN_BYTES = 8192
LEEWAY_SECONDS = 60  # clocks of two machines may differ by this much
REMEMBER_SECONDS = 60  # a revoked client is refused at the latest after this time
REMEMBER_TOKENS = 20_000
KEPT_HEADERS = 64

KEYS_FRESH_SECONDS = 300  # then they are read again, so that a withdrawn key disappears
KEYS_LIFE_SECONDS = 3600  # how long they are kept when the provider does not answer
UNKNOWN_KEY_PAUSE_SECONDS = 30  # made-up key ids must not become requests to the provider
FIRST_KEYS_PAUSE_SECONDS = 2
KEYS_MAX_BYTES = 65_536
KEYS_MAX_COUNT = 32
KEY_MIN_BITS = 2048
PROVIDER_SECONDS = 5

# Headers that bring their own key, or say "understand me or refuse": none of them is ours.
REFUSED_HEADERS = frozenset({"crit", "jku", "jwk", "x5u", "x5c", "b64", "zip", "enc"})
# What an ID or logout token carries and an access token does not.
OTHER_KINDS = frozenset({"at_hash", "c_hash", "s_hash", "events"})

logger = logging.getLogger("relais.tokens")
_registry = jws.JWSRegistry(algorithms=[ALGORITHM], strict_check_header=False)


class TokenRefused(Exception):
    """The token opens nothing; `slug` says why, in a word that may be told to the caller."""

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug


class KeysUnavailable(TokenRefused):
    """The identity provider's keys cannot be had: nobody can be judged now. An honest edge answers 503."""

    def __init__(self) -> None:
        super().__init__("identity-unavailable")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says."""

    sub: str
    iss: str
    exp: int
    client_id: str
    name: str = ""
    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    is_machine: bool = False
    acting_for: tuple[str, ...] = ()
    acting_for_names: tuple[str, ...] = ()
    issued_at: float = 0.0
    session: str = ""

    def __hash__(self) -> int:
        """Of the subject alone: what is remembered of a token is looked up in every request."""
        return hash(self.sub)


class TokenVerifier:
    """Verifies access tokens of one issuer for one audience. `jwks_url` empty: read from the issuer's discovery document."""

    def __init__(
        self,
        issuer: str,
        audience: str,
        jwks_url: str = "",
        *,
        now: Callable[[], float] = time.time,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self.issuer, self.audience, self.jwks_url = issuer, audience, jwks_url
        self._now, self._elapsed = now, elapsed
        self.revocations = Revocations()
        self._remembered: dict[bytes, tuple[Claims, float]] = {}
        self._keys: dict[str, RSAKey] = {}
        self._keys_read_at = -math.inf
        self._tried_at = -math.inf
        self._unknown_key_asked_at = -math.inf
        self._reading: asyncio.Task[None] | None = None

    async def verify(self, raw_token: str | bytes) -> Claims:
        """The claims of a true, valid token. Raises TokenRefused."""
        raw = raw_token.encode("utf-8", "surrogateescape") if isinstance(raw_token, str) else raw_token
        known = self.remembered(raw)
        if known is not None:
            return known
        if len(raw) > MAX_TOKEN_BYTES:
            raise TokenRefused("token-too-large")
        signed, signature, header, said = _read(raw)
        claims = self._judge(said)
        key = await self._key(_key_id(header))
        try:
            key.public_key.verify(signature, signed, PADDING, HASH)
        except InvalidSignature as error:
            raise TokenRefused("token-signature") from error
        if self.revocations.cover(claims):
            raise TokenRefused("token-revoked")
        self._remember(raw, claims)
        return claims

    def remembered(self, raw: bytes) -> Claims | None:
        """The claims of a token verified less than a minute ago: the hot path of a door that sees the same token often."""
        known = self._remembered.get(hashlib.sha256(raw).digest())
        return known[0] if known is not None and self._elapsed() < known[1] else None

    def forget(self) -> None:
        """Judge every token again from its signature (a revocation was told)."""
        self._remembered.clear()

    def revoke(self, before: Mapping[tuple[str, str], float], everything_before: float = 0.0) -> None:
        """Refuse from now on every token of these clients, subjects and sign-ins that was issued before its moment."""
        if self.revocations.replace(before, everything_before):
            self.forget()

    def _remember(self, raw: bytes, claims: Claims) -> None:
        life = min(claims.exp - self._now(), REMEMBER_SECONDS)
        if life <= 0:  # in the leeway: judged each time
            return
        while len(self._remembered) >= REMEMBER_TOKENS:
            del self._remembered[next(iter(self._remembered))]
        digest = hashlib.sha256(raw).digest()
        self._remembered.pop(digest, None)
        self._remembered[digest] = (claims, self._elapsed() + life)

    # --- what a token must say ---------------------------------------------------------------------------------

    def _judge(self, said: dict[str, Any]) -> Claims:
        if said.get("iss") != self.issuer:
            raise TokenRefused("token-issuer")
        if said.get("typ", "Bearer") != "Bearer" or said.get("token_use", "access") != "access" or not OTHER_KINDS.isdisjoint(said):
            raise TokenRefused("token-kind")
        audience = said.get("aud")
        if self.audience not in (audience if isinstance(audience, list) else [audience]):
            raise TokenRefused("token-audience")
        now = self._now()
        expires = _instant(said, "exp")
        if expires is None:
            raise TokenRefused("token-malformed")
        if now >= expires + LEEWAY_SECONDS:
            raise TokenRefused("token-expired")
        for begins in (_instant(said, "nbf"), _instant(said, "iat")):
            if begins is not None and now < begins - LEEWAY_SECONDS:
                raise TokenRefused("token-not-yet-valid")
        subject = _text(said, "sub")
        if not subject or len(subject) > 255:
            raise TokenRefused("token-malformed")
        client = _text(said, "client_id") or _text(said, "azp")
        username = _text(said, "preferred_username")
        attributes = said.get("attributes")
        return Claims(
            sub=subject,
            iss=self.issuer,
            exp=int(expires),
            client_id=client,
            name=_text(said, "name") or (_text(attributes, "name") if isinstance(attributes, dict) else "") or username,
            roles=_texts(said, "roles"),
            groups=_texts(said, "groups"),
            scopes=tuple(_text(said, "scope").split()),
            # RFC 9068: the subject of a client's own token is the client; Keycloak gives it an account of this name.
            is_machine=bool(client) and (subject == client or username == f"service-account-{client}"),
            acting_for=_texts(said, "acting_for"),
            acting_for_names=_texts(said, "acting_for_names"),
            issued_at=_instant(said, "iat") or 0.0,
            session=_text(said, "sid") or _text(said, "jti"),
        )

    # --- whose signature is believed ---------------------------------------------------------------------------

    async def _key(self, key_id: str) -> RSAKey:
        age = self._elapsed() - self._keys_read_at
        if age >= KEYS_LIFE_SECONDS:
            self._keys = {}
        if not self._keys:
            await self._read_keys(FIRST_KEYS_PAUSE_SECONDS)
            if not self._keys:
                raise KeysUnavailable
        elif age >= KEYS_FRESH_SECONDS:
            self._start_reading(UNKNOWN_KEY_PAUSE_SECONDS)  # nobody waits: the old keys serve meanwhile
        key = self._keys.get(key_id)
        if key is None:
            if self._elapsed() - self._unknown_key_asked_at >= UNKNOWN_KEY_PAUSE_SECONDS:
                self._unknown_key_asked_at = self._elapsed()
                await self._read_keys(0)
            elif self._reading is not None:
                await self._read_keys(UNKNOWN_KEY_PAUSE_SECONDS)  # someone is already asking for the new key
            key = self._keys.get(key_id)
        if key is None:
            raise TokenRefused("token-key-unknown")
        return key

    def _start_reading(self, pause: float) -> asyncio.Task[None] | None:
        """One reading at a time, and none sooner than `pause` after the last attempt."""
        if self._reading is not None and self._reading.get_loop() is asyncio.get_running_loop():
            return self._reading
        if self._elapsed() - self._tried_at < pause:
            return None
        self._tried_at = self._elapsed()
        self._reading = asyncio.create_task(self._replace_keys())
        self._reading.add_done_callback(lambda _: setattr(self, "_reading", None))
        return self._reading

    async def _read_keys(self, pause: float) -> None:
        reading = self._start_reading(pause)
        if reading is not None:
            await asyncio.shield(reading)  # a caller who gives up must not take the keys from the others

    async def _replace_keys(self) -> None:
        try:
            keys = await self._fetch_keys()
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, RecursionError) as error:
            logger.warning("the identity provider's keys cannot be read (%s); %d keys are kept", type(error).__name__, len(self._keys))
            return
        if set(keys) != set(self._keys):
            logger.info("the identity provider signs with %d keys", len(keys))
        if any(key_id not in keys for key_id in self._keys):
            self.forget()  # a key was withdrawn: what it signed must not live on in the cache
        self._keys, self._keys_read_at = keys, self._elapsed()

    async def _fetch_keys(self) -> dict[str, RSAKey]:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PROVIDER_SECONDS)) as http:
            url = self.jwks_url or await self._discover(http)
            return _usable_keys(await _fetch_json(http, url))

    async def _discover(self, http: aiohttp.ClientSession) -> str:
        found = await _fetch_json(http, self.issuer.rstrip("/") + "/.well-known/openid-configuration")
        url = found.get("jwks_uri")
        if found.get("issuer") != self.issuer or not isinstance(url, str) or urlsplit(url)[:2] != urlsplit(self.issuer)[:2]:
            raise ValueError("the discovery document is not this issuer's")
        return url


async def _fetch_json(http: aiohttp.ClientSession, url: str) -> dict[str, Any]:
    """A small JSON object; a redirect, an error or a flood is a ValueError."""
    async with http.get(url, allow_redirects=False) as answer:
        if answer.status != 200:
            raise ValueError(f"status {answer.status}")
        body = bytearray()
        async for part in answer.content.iter_chunked(8192):
            body += part
            if len(body) > KEYS_MAX_BYTES:
                raise ValueError("too long")
    return _strict_object(bytes(body))


def _usable_keys(found: dict[str, Any]) -> dict[str, RSAKey]:
    """RSA signing keys by id. A set with none, or with far too many, is garbage and replaces nothing."""
    offered = found.get("keys")
    if not isinstance(offered, list) or len(offered) > KEYS_MAX_COUNT:
        raise ValueError("not a key set")
    keys: dict[str, RSAKey] = {}
    for key in offered:
        if not isinstance(key, dict) or key.get("kty") != "RSA" or key.get("use", "sig") != "sig" or key.get("alg", ALGORITHM) != ALGORITHM:
            continue
        if not isinstance(key.get("kid"), str) or not isinstance(key.get("n"), str) or not isinstance(key.get("e"), str):
            continue
        try:
            public = RSAKey.import_key({"kty": "RSA", "n": key["n"], "e": key["e"], "kid": key["kid"]})
            if public.raw_value.key_size >= KEY_MIN_BITS:
                keys[key["kid"]] = public
        except (JoseError, ValueError, TypeError):
            continue
    if not keys:
        raise ValueError("no usable key")
    return keys


def _read(raw: bytes) -> tuple[bytes, bytes, dict[str, Any], dict[str, Any]]:
    """What is signed, the signature, the header and the claims of a compact token, read strictly: no member twice, no number that is none."""
    signed, _dot, signature = raw.rpartition(b".")
    first, dot, second = signed.partition(b".")
    header = _good_headers.get(first)
    if header is None or not dot or b"." in second:
        header = _judge_header(raw)
    try:
        return signed, urlsafe_b64decode(signature), header, _strict_object(urlsafe_b64decode(second))
    except (ValueError, TypeError, RecursionError) as error:
        raise TokenRefused("token-malformed") from error


_good_headers: dict[bytes, dict[str, Any]] = {}  # all tokens of one key begin with the same one


def _judge_header(raw: bytes) -> dict[str, Any]:
    """The header of a token of three parts, when it is one of ours. Raises TokenRefused."""
    try:
        parts = jws.extract_compact(raw, registry=_registry)
        header = _strict_object(urlsafe_b64decode(parts.segments["header"]))
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise TokenRefused("token-malformed") from error
    if header.get("alg") != ALGORITHM:
        raise TokenRefused("token-algorithm")
    if not REFUSED_HEADERS.isdisjoint(header):
        raise TokenRefused("token-header")
    if str(header.get("typ", "JWT")).lower() not in {"jwt", "at+jwt", "application/at+jwt"}:
        raise TokenRefused("token-kind")
    if len(_good_headers) >= KEPT_HEADERS:
        _good_headers.clear()
    _good_headers[parts.segments["header"]] = header
    return header


def _key_id(header: dict[str, Any]) -> str:
    key_id = header.get("kid")
    if not isinstance(key_id, str) or not key_id:
        raise TokenRefused("token-key-unknown")
    return key_id


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands twice")
    return members


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


_strict = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_number)


def _strict_object(text: bytes) -> dict[str, Any]:
    found = _strict.decode(text.decode("utf-8"))
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found


def _instant(said: dict[str, Any], name: str) -> float | None:
    value = said.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e11:
        raise TokenRefused("token-malformed")
    return float(value)


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else ""


def _texts(said: dict[str, Any], name: str) -> tuple[str, ...]:
    values = said.get(name)
    return tuple(value for value in values if isinstance(value, str)) if isinstance(values, list) else ()
