"""Who is calling, what relations they have, and which predicates open a route.

Services verify the token themselves. A caller's scope is the set of authority paths that their relations of
today open (RLS and queries start from it); their parties are the codes with which rows are shared.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.params import Depends as DependsParam

from shared.errors import Forbidden, Refusal, Unauthenticated, Unavailable
from shared.i18n import _
from shared.jurisdictions import be_in
from shared.settings import settings
from shared.tokens import Claims, KeysUnavailable, TokenRefused, TokenVerifier

Permission = bool | Refusal
ALLOWED = True

ROLES = frozenset(
    "regional-administrator facility-hr-officer head-of-facility signatory committee-member licensing-officer training-institute mentor adviser "
    "pool-coordinator agreement-focal-point service-partner ministry-analyst health-worker candidate auditor records-officer operations".split()
)


def path_of(code: str) -> str:
    """Authority path of a code: its prefixes as labels. `VN-22` → `VN.VN-22`."""
    parts = code.split("-")
    return ".".join("-".join(parts[: n + 1]) for n in range(len(parts)))


@dataclass(frozen=True)
class Caller:
    """The person or machine behind a request, with what their token says and what their relations open today."""

    account: str
    issuer: str
    name: str
    roles: frozenset[str]
    scopes: frozenset[str]
    client_id: str
    is_machine: bool
    territories: tuple[str, ...]
    facilities: tuple[str, ...]
    scope: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    acting_for: tuple[str, ...] = ()
    language: str = "fr"
    token: str = field(default="", repr=False)
    sign_in: str = field(default="", repr=False)

    def __hash__(self) -> int:
        """Of the account alone: what is remembered of a caller is looked up in every request."""
        return hash(self.account)

    def has_role(self, *roles: str) -> bool:
        return not self.roles.isdisjoint(roles)

    def manages(self, authority_path: str) -> bool:
        """Whether one of the caller's relations of today covers this authority path."""
        return any(authority_path == path or authority_path.startswith(path + ".") for path in self.scope)

    @cached_property
    def authorities(self) -> list[str] | None:
        """The authorities under which all that the caller manages stands, `VN.VN-22`; None for whoever manages a whole country."""
        found = {".".join(path.split(".")[:2]) for path in self.scope}
        return None if any("." not in path for path in found) else sorted(found)

    @cached_property
    def roles_and_scopes(self) -> list[str]:
        """What a person does here, and what a machine was given: as the walls of the database ask for it."""
        return sorted(self.roles | self.scopes)

    @property
    def actor(self) -> str:
        """How the audit names the caller: issuer and subject, never a personal name."""
        return f"{self.issuer}#{self.account}"

    @property
    def for_whom(self) -> tuple[str, ...]:
        """Whom the caller stands in for today, named as the audit names callers: a named substitute acts for somebody."""
        return tuple(f"{self.issuer}#{account}" for account in self.acting_for)


def relations_of(claims: Claims) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Territories and facilities named by a person's groups or a machine's scopes."""
    named = [group.strip("/").split("/", 1) for group in claims.groups]
    territories = [parts[1] for parts in named if len(parts) == 2 and parts[0] == "territories"]
    facilities = [parts[1] for parts in named if len(parts) == 2 and parts[0] == "facilities"]
    if claims.is_machine:
        territories += [scope.removeprefix("territory:") for scope in claims.scopes if scope.startswith("territory:")]
    return tuple(sorted(territories)), tuple(sorted(facilities))


def caller_of(claims: Claims, *, token: str, language: str, facility_paths: Sequence[str] = ()) -> Caller:
    """The caller of a verified token. `facility_paths` are the paths of the facilities in it on the day."""
    territories, facilities = relations_of(claims)
    return Caller(
        account=claims.sub,
        issuer=claims.iss,
        name=claims.name,
        # A service account carries the realm's default roles; machines are judged by scopes alone.
        roles=frozenset() if claims.is_machine else frozenset(claims.roles) & ROLES,
        scopes=frozenset(claims.scopes) if claims.is_machine else frozenset(),
        client_id=claims.client_id,
        is_machine=claims.is_machine,
        territories=territories,
        facilities=facilities,
        scope=tuple(path_of(code) for code in territories) + tuple(facility_paths),
        parties=territories + facilities,
        acting_for=() if claims.is_machine else claims.acting_for,
        language=language,
        token=token,
        sign_in=claims.session,
    )


@lru_cache(maxsize=4096)
def _remembered_caller(claims: Claims, token: str, language: str) -> Caller:
    """The caller as far as the token alone says."""
    return caller_of(claims, token=token, language=language)


@cache
def verifier() -> TokenVerifier:
    """The process's token verifier, with its cache of keys."""
    known = settings()
    return TokenVerifier(issuer=known.issuer, audience=known.audience, jwks_url=known.jwks_url)


async def get_caller(request: Request) -> Caller:
    """Verify the bearer token and find what its relations open today. Raises Unauthenticated."""
    state: dict[str, Any] = request.scope["state"]
    known: Caller | None = state.get("caller")
    if known is not None:
        return known
    kind, _space, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip()
    if kind.lower() != "bearer" or not token:
        raise Unauthenticated()
    try:
        claims = await verifier().verify(token)
    except KeysUnavailable as away:
        raise Unavailable(_("Sign-in cannot be checked at this moment. Nothing was changed; please try again.")) from away
    except TokenRefused as refused:
        raise Unauthenticated(refused.slug, _("The access token is not accepted. Sign in again.")) from refused
    caller = _remembered_caller(claims, token, state["language"])
    if caller.facilities:
        from shared.db import facility_paths  # the database is asked only when a facility is named

        paths = await facility_paths(caller.facilities)
        caller = caller_of(claims, token=token, language=state["language"], facility_paths=paths)
    state["caller"] = caller
    if caller.scope:
        be_in(caller.scope[0])
    return caller


CallerDep = Annotated[Caller, Depends(get_caller)]


class Allows:
    """The dependency that opens a route: without one, `create_app` refuses to start."""

    def __init__(self, predicate: Callable[[Caller], Permission]) -> None:
        self.predicate = predicate

    async def __call__(self, caller: CallerDep) -> None:
        require(self.predicate(caller))


def allows(predicate: Callable[[Caller], Permission]) -> Any:
    """Open a route to the callers for whom the predicate says yes."""
    return Depends(Allows(predicate))


async def public_route() -> None:
    """Open a route to everyone: only what anybody may know, and never a person."""


def require(permission: Permission) -> None:
    """Go on when allowed. Raises Forbidden with the refusal's reason."""
    if permission is True:
        return
    raise Forbidden(permission if isinstance(permission, Refusal) else Refusal("not-allowed", _("Your role does not allow this.")))


def is_guarded(dependencies: Sequence[DependsParam | Any]) -> bool:
    return any(isinstance(d.dependency, Allows) or d.dependency is public_route for d in dependencies)


def with_role(*roles: str) -> Callable[[Caller], Permission]:
    """A predicate for permissions.py: the caller holds one of these roles."""

    def predicate(caller: Caller) -> Permission:
        return ALLOWED if caller.has_role(*roles) else Refusal("role-missing", _("Your role does not allow this."))

    return predicate
