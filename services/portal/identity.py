"""The portal's side of OpenID Connect: authorization code + PKCE, the same with every identity provider.

What differs between providers (an end-session page, a revocation address, `iss` in the answer, back-channel logout)
is read from the provider's discovery document, never from its name.
"""

import asyncio
import secrets
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode

import aiohttp
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from shared.clients import http_session
from shared.settings import settings

SCOPE = "openid profile"
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
KEYS_KEPT_FOR = 600.0
CLOCK_SKEW = 30
TIMEOUT = aiohttp.ClientTimeout(total=6, connect=2)


class IdentityAway(Exception):
    """The identity provider does not answer; nobody is let in or kept in on old knowledge."""


class IdentityRefused(Exception):
    """The identity provider, or a check on its answer, says no. `slug` is for the log and the page."""

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug


@dataclass(frozen=True)
class SignIn:
    """What must come back unchanged from the identity provider, kept in the browser's sealed cookie meanwhile."""

    state: str
    nonce: str
    verifier: str
    back: str

    @classmethod
    def begin(cls, back: str) -> "SignIn":
        return cls(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), back)


@dataclass(frozen=True)
class Tokens:
    access: str
    refresh: str
    id_token: str


class IdentityProvider:
    """Discovery, keys and token calls of the one issuer that is trusted."""

    def __init__(self) -> None:
        self._metadata: dict[str, Any] = {}
        self._keys: KeySet | None = None
        self._keys_at = 0.0
        self._lock = asyncio.Lock()

    async def metadata(self) -> dict[str, Any]:
        if not self._metadata:
            found = await _get_json(f"{settings().issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != settings().issuer:
                raise IdentityRefused("issuer-differs")
            self._metadata = found
        return self._metadata

    async def answer(self) -> None:
        """Ask it now, whatever is known. Raises IdentityAway or IdentityRefused."""
        await _get_json(f"{settings().issuer.rstrip('/')}/.well-known/openid-configuration")

    async def keys(self, *, fresh: bool = False) -> KeySet:
        async with self._lock:
            if self._keys is None or fresh or time.monotonic() - self._keys_at > KEYS_KEPT_FOR:
                metadata = await self.metadata()
                self._keys = KeySet.import_key_set(await _get_json(settings().jwks_url or metadata["jwks_uri"]))  # type: ignore[arg-type]
                self._keys_at = time.monotonic()
            return self._keys

    async def authorization_url(self, sign_in: SignIn, language: str) -> str:
        metadata = await self.metadata()
        return str(
            prepare_grant_uri(
                metadata["authorization_endpoint"],
                client_id=settings().portal_client_id,
                response_type="code",
                redirect_uri=redirect_uri(),
                scope=SCOPE,
                state=sign_in.state,
                nonce=sign_in.nonce,
                code_challenge=create_s256_code_challenge(sign_in.verifier),
                code_challenge_method="S256",
                ui_locales=language,
            )
        )

    async def finish(self, sign_in: SignIn, answer: dict[str, str]) -> tuple[Tokens, dict[str, Any]]:
        """Exchange the code of an authorization answer; the tokens and the verified claims of the ID token."""
        metadata = await self.metadata()
        if not secrets.compare_digest(answer.get("state", ""), sign_in.state):
            raise IdentityRefused("state-differs")
        if answer.get("iss", settings().issuer) != settings().issuer or ("iss" not in answer and metadata.get("authorization_response_iss_parameter_supported")):
            raise IdentityRefused("issuer-differs")
        if "error" in answer or not answer.get("code"):
            raise IdentityRefused("sign-in-refused")
        tokens = await self._token_call(grant_type="authorization_code", code=answer["code"], redirect_uri=redirect_uri(), code_verifier=sign_in.verifier)
        claims = await self._verified(tokens.id_token)
        audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if claims.get("nonce") != sign_in.nonce:
            raise IdentityRefused("nonce-differs")
        if (len(audiences) > 1 or "azp" in claims) and claims.get("azp") != settings().portal_client_id:
            raise IdentityRefused("audience-differs")
        return tokens, claims

    async def refresh(self, tokens: Tokens) -> Tokens:
        """New tokens for a session that is still welcome; IdentityRefused when it was ended."""
        fresh = await self._token_call(grant_type="refresh_token", refresh_token=tokens.refresh)
        return Tokens(fresh.access, fresh.refresh or tokens.refresh, fresh.id_token or tokens.id_token)

    async def revoke(self, tokens: Tokens) -> None:
        """Tell the provider that the refresh token is no longer wanted, where it can be told."""
        metadata = await self.metadata()
        if tokens.refresh and (address := metadata.get("revocation_endpoint")):
            await _post_form(address, {"token": tokens.refresh, "token_type_hint": "refresh_token"})

    async def logout_url(self, tokens: Tokens) -> str | None:
        """The provider's own sign-out page, which comes back to ours; None when it has none."""
        address = (await self.metadata()).get("end_session_endpoint")
        if not address or not tokens.id_token:
            return None
        query = {"id_token_hint": tokens.id_token, "client_id": settings().portal_client_id, "post_logout_redirect_uri": f"{settings().public_url}/"}
        return f"{address}?{urlencode(query)}"

    async def judge_logout_token(self, token: str) -> tuple[str | None, str | None]:
        """`(sid, sub)` of a back-channel logout token (OpenID Connect Back-Channel Logout 1.0, section 2.6)."""
        claims = await self._verified(token)
        events = claims.get("events")
        if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict) or "nonce" in claims or not claims.get("jti"):
            raise IdentityRefused("not-a-logout-token")
        if not claims.get("sid") and not claims.get("sub"):
            raise IdentityRefused("not-a-logout-token")
        return claims.get("sid"), claims.get("sub")

    async def _token_call(self, **form: str) -> Tokens:
        metadata = await self.metadata()
        status, answer = await _post_form(metadata["token_endpoint"], form)
        if status in (400, 401, 403):
            raise IdentityRefused(str(answer.get("error", "refused")))
        if status != 200 or not isinstance(answer.get("access_token"), str):
            raise IdentityAway
        return Tokens(answer["access_token"], answer.get("refresh_token", ""), answer.get("id_token", ""))

    async def _verified(self, token: str) -> dict[str, Any]:
        """Claims of a token for this client, signed RS256 by the issuer's key of now."""
        for fresh in (False, True):
            try:
                decoded = jwt.decode(token, await self.keys(fresh=fresh), algorithms=["RS256"])
                break
            except (JoseError, ValueError) as error:
                if fresh:
                    raise IdentityRefused("signature-refused") from error
        registry = JWTClaimsRegistry(
            leeway=CLOCK_SKEW,
            iss={"essential": True, "value": settings().issuer},
            aud={"essential": True, "value": settings().portal_client_id},
            iat={"essential": True},
        )
        try:
            registry.validate(decoded.claims)
        except JoseError as error:
            raise IdentityRefused("claims-refused") from error
        if decoded.claims["iat"] < time.time() - 3600:
            raise IdentityRefused("claims-refused")
        return dict(decoded.claims)


def redirect_uri() -> str:
    return f"{settings().public_url}/auth/callback"


async def _get_json(address: str) -> dict[str, Any]:
    try:
        async with http_session().get(address, timeout=TIMEOUT, allow_redirects=False) as answer:
            if answer.status != 200:
                raise IdentityAway
            found: dict[str, Any] = await answer.json(content_type=None)
            return found
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise IdentityAway from error


async def _post_form(address: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
    known = settings()
    # RFC 6749, 2.3.1: name and secret are form-encoded before they are joined by a colon.
    authentication = aiohttp.encode_basic_auth(quote_plus(known.portal_client_id), quote_plus(known.portal_client_secret.get_secret_value()))
    try:
        async with http_session().post(address, data=form, headers={"Authorization": authentication}, timeout=TIMEOUT, allow_redirects=False) as answer:
            try:
                body = await answer.json(content_type=None)
            except ValueError:
                body = {}
            return answer.status, body if isinstance(body, dict) else {}
    except (aiohttp.ClientError, TimeoutError) as error:
        raise IdentityAway from error


identity = IdentityProvider()
