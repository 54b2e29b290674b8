"""Signing in and out, and the reader's preferences."""

import asyncio
import base64
import logging

from starlette.responses import JSONResponse, RedirectResponse, Response

from services.portal.clients import Api, Refusal, ServiceAway
from services.portal.identity import IdentityAway, IdentityRefused, SignIn, identity
from services.portal.session import end_session, end_sessions_of, seal, start_session, unseal
from services.portal.visit import DENSITIES, THEMES, YEAR, Pages, Visit, cookie_name, drop_cookie, is_secure, own_path, set_cookie
from shared.i18n import LANGUAGES
from shared.metrics import SIGN_INS

logger = logging.getLogger("relais.portal.sign_in")
pages = Pages()

SIGN_IN_SECONDS = 600
OUTCOMES = DONE, REFUSED, PROVIDER_AWAY = "done", "refused", "provider-away"
PREFERENCES = {"language": LANGUAGES, "theme": THEMES, "density": DENSITIES}


def sign_in_cookie(state: str) -> str:
    """One cookie for each sign-in in progress: two tabs do not disturb each other."""
    return f"relais-signin-{state[:8]}"


@pages.get("/auth/sign-in", public=True)
async def sign_in(visit: Visit) -> Response:
    """Off to the identity provider; what must come back waits in a sealed cookie."""
    back = own_path(visit.query("next"))
    if visit.session is not None:
        return visit.go(back)
    begun = SignIn.begin(back)
    answer = RedirectResponse(await identity.authorization_url(begun, visit.language), 303)
    sealed = seal("sign-in", [begun.state, begun.nonce, begun.verifier, begun.back])
    set_cookie(answer, sign_in_cookie(begun.state), base64.urlsafe_b64encode(sealed).decode(), max_age=SIGN_IN_SECONDS)
    return answer


@pages.get("/auth/callback", public=True)
async def callback(visit: Visit) -> Response:
    """Back from the identity provider: everything is checked before anybody is signed in."""
    answer_of_provider = dict(visit.request.query_params)
    cookie = sign_in_cookie(answer_of_provider.get("state", ""))
    kept = visit.request.cookies.get(cookie_name(cookie), "")
    begun = unseal("sign-in", opened(kept)) if kept else None
    if begun is None:
        return visit.page("problems/sign_in.html", 400, slug="not-begun-here")
    sign_in_begun = SignIn(*begun)
    try:
        tokens, claims = await identity.finish(sign_in_begun, answer_of_provider)
        session = await start_session(tokens, claims)
    except IdentityRefused as refused:
        logger.warning("sign-in refused: %s", refused.slug)
        SIGN_INS.add(labels=(REFUSED,))
        answer = visit.page("problems/sign_in.html", 400, slug=refused.slug)
        drop_cookie(answer, cookie)
        return answer
    except IdentityAway:
        SIGN_INS.add(labels=(PROVIDER_AWAY,))
        raise
    SIGN_INS.add(labels=(DONE,))
    if visit.session is not None:
        await end_session(visit.session.cookie)
    done: Response = RedirectResponse(own_path(sign_in_begun.back), 303)
    drop_cookie(done, cookie)
    set_cookie(done, "relais", session)
    return done


def opened(cookie: str) -> bytes:
    """The bytes of a cookie; none of a cookie that was tampered with."""
    try:
        return base64.urlsafe_b64decode(cookie)
    except ValueError:
        return b""


@pages.post("/auth/sign-out", public=True)
async def sign_out(visit: Visit) -> Response:
    """End the session here first, then tell the identity provider, which may end others."""
    there = None
    if visit.session is not None:
        await end_session(visit.session.cookie)
        await revoke_copies(visit.api)
        try:
            await identity.revoke(visit.session.tokens)
            there = await identity.logout_url(visit.session.tokens)
        except (IdentityAway, IdentityRefused):
            logger.warning("signed out here; the identity provider could not be told")
    answer = RedirectResponse(there or "/", 303)
    drop_cookie(answer, "relais")
    if is_secure():
        answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


async def revoke_copies(api: Api) -> None:
    """A copy of a token that left a browser opens nothing after its sign-in ended; one that has ended by itself needs no more."""
    try:
        await api.post("/api/v1/registry/revocations/own", {})
    except (Refusal, ServiceAway):
        logger.warning("signed out here; what is left of this sign-in's tokens lives on for its minutes")


@pages.post("/auth/backchannel-logout", public=True, own_form=False)
async def backchannel_logout(visit: Visit) -> Response:
    """The identity provider ends a session, or all of an account (OpenID Connect Back-Channel Logout): here, and wherever a copy of their tokens is."""
    try:
        sid, account = await identity.judge_logout_token(visit.field("logout_token"))
    except IdentityRefused as refused:
        return JSONResponse({"error": "invalid_request", "error_description": refused.slug}, 400)
    ended = await end_sessions_of(sid, account)
    await asyncio.gather(*(revoke_copies(Api(tokens.access, visit.language)) for tokens in ended))
    logger.info("back-channel logout ended %d sessions", len(ended))
    return Response(status_code=200)


@pages.post("/preferences", public=True)
async def preferences(visit: Visit) -> Response:
    """Language, theme and density of this browser; an empty choice follows the system."""
    answer = RedirectResponse(own_path(visit.field("back")), 303)
    for name, known in PREFERENCES.items():
        if name in visit.fields():
            chosen = visit.field(name)
            answer.set_cookie(name, chosen if chosen in known else "", max_age=YEAR if chosen in known else 0, httponly=True, samesite="lax", secure=is_secure(), path="/")
    return answer
