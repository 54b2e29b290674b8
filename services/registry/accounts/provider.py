"""Where accounts are kept: Keycloak, by its admin API, or a file from which the embedded identity provider is made.

Synchronous: call it with `asyncio.to_thread`. Each call may be repeated: it brings one account into the state that is wanted.
"""

import json
import logging
import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit
from uuid import UUID

from services.registry.accounts.models import AWAY
from services.registry.accounts.queries import FACILITIES, TERRITORIES
from shared.auth import ROLES
from shared.settings import settings

logger = logging.getLogger("relais.accounts")

OURS = "relais_account"
"""Attribute by which an account of the identity provider says of which account of ours it is: none is ever taken over by its name."""
PAGE = 100
TIMEOUT = 10
ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class ProviderAway(Exception):
    """The identity provider does not answer, or not to us: it is asked again."""


class ProviderRefuses(Exception):
    """The identity provider says no, and will say so again: `slug` is for the page."""

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug


@dataclass(frozen=True)
class Wanted:
    """An account as it shall be at the identity provider, with what it holds for others today."""

    id: UUID
    subject: str | None
    username: str
    email: str | None
    name: str
    language: str
    enabled: bool
    roles: frozenset[str]
    relations: frozenset[str]
    acting_for: tuple[str, ...] = ()
    acting_for_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """An account that the identity provider has and that is not written here yet."""

    subject: str
    username: str
    email: str | None
    name: str
    language: str
    roles: frozenset[str]
    relations: frozenset[str]


class Provider(Protocol):
    def unknown(self, known: Collection[str]) -> Iterator[Found]:
        """People who may sign in and whose subjects are not among those known."""

    def bring(self, wanted: Wanted) -> str | None:
        """Make the account what it shall be; its subject, or nothing for one that was closed before it was ever made."""

    def first_password(self, subject: str) -> str:
        """A password for the first sign-in, good once. Raises ProviderRefuses when the person has one of their own."""


def provider() -> Provider:
    """The one that the settings name."""
    return Keycloak() if settings().accounts == "keycloak" else FixedAccounts()


class FixedAccounts:
    """Accounts made from a realm file: shown, never changed."""

    def unknown(self, known: Collection[str]) -> Iterator[Found]:
        file = settings().accounts_file
        for user in json.loads(Path(file).read_text(encoding="utf-8"))["users"] if file else ():
            if user["username"] not in known and "serviceAccountClientId" not in user:
                yield Found(
                    subject=user["username"],  # which is what the embedded identity provider names an account by
                    username=user["username"],
                    email=user.get("email"),
                    name=_first(user, "name") or user["username"],
                    language=_first(user, "locale") or "fr",
                    roles=frozenset(user["realmRoles"]) & ROLES,
                    relations=frozenset(user["groups"]),
                )

    def bring(self, wanted: Wanted) -> str | None:
        raise ProviderRefuses("accounts-are-fixed")

    def first_password(self, subject: str) -> str:
        raise ProviderRefuses("accounts-are-fixed")


class Keycloak:
    """The realm that signs the tokens, kept by a client of its own that may manage users and nothing else."""

    def __init__(self) -> None:
        from keycloak import KeycloakAdmin  # loaded where it is used: the embedded stack never needs it

        address = urlsplit(settings().accounts_url or settings().issuer)
        before, _realms, realm = address.path.rpartition("/realms/")
        self._admin = KeycloakAdmin(
            server_url=f"{address.scheme}://{address.netloc}{before}",
            realm_name=realm,
            user_realm_name=realm,
            client_id=settings().accounts_client_id,
            client_secret_key=settings().accounts_client_secret.get_secret_value(),
            timeout=TIMEOUT,
        )

    def unknown(self, known: Collection[str]) -> Iterator[Found]:
        first = 0
        while users := self._ask("get_users", {"first": first, "max": PAGE, "enabled": True}):
            for user in users:
                if user["id"] not in known and not _first(user, OURS) and not user["username"].startswith("service-account-"):
                    yield Found(
                        subject=user["id"],
                        username=user["username"],
                        email=user.get("email"),
                        name=_first(user, "name") or user["username"],
                        language=_first(user, "locale") or "fr",
                        roles=frozenset(self._roles(user["id"])),
                        relations=frozenset(self._relations(user["id"])),
                    )
            first += PAGE

    def bring(self, wanted: Wanted) -> str | None:
        user = self._find(wanted)
        if user is None:
            if wanted.subject is not None and wanted.enabled:
                raise ProviderRefuses("account-is-gone")
            if not wanted.enabled:
                return wanted.subject
            self._ask("create_user", _written({}, wanted))
            user = self._find(wanted)
            if user is None:
                raise ProviderAway("the account that was made is not found")
        subject: str = user["id"]
        if (changed := _written(user, wanted)) != user:
            self._ask("update_user", subject, changed)
        self._bring_roles(subject, wanted.roles)
        self._bring_relations(subject, wanted.relations)
        if not wanted.enabled:
            self._ask("user_logout", subject)
        return subject

    def first_password(self, subject: str) -> str:
        user = self._ask("get_user", subject)
        chosen = any(one["type"] == "password" for one in self._ask("get_credentials", subject)) and "UPDATE_PASSWORD" not in user.get("requiredActions", [])
        if chosen:
            raise ProviderRefuses("password-is-theirs")
        password = "-".join("".join(secrets.choice(ALPHABET) for _letter in range(4)) for _group in range(4))
        self._ask("set_user_password", subject, password, True)
        return password

    def _find(self, wanted: Wanted) -> dict[str, Any] | None:
        """Ours by its id, or by the mark that it was made with: a user name alone proves nothing."""
        if wanted.subject is not None:
            found: dict[str, Any] | None = self._ask("get_user", wanted.subject, absent=None)
            return found
        for user in self._ask("get_users", {"username": wanted.username, "exact": True}):
            if _first(user, OURS) != str(wanted.id):
                if not wanted.enabled:
                    return None
                raise ProviderRefuses("username-taken")
            one: dict[str, Any] = user
            return one
        return None

    def _roles(self, subject: str) -> set[str]:
        return {role["name"] for role in self._ask("get_realm_roles_of_user", subject)} & ROLES

    def _bring_roles(self, subject: str, wanted: Collection[str]) -> None:
        """Roles of the catalogue alone: what else the realm gives is not ours to take."""
        held = self._roles(subject)
        if extra := sorted(held - set(wanted)):
            self._ask("delete_realm_roles_of_user", subject, [self._ask("get_realm_role", name) for name in extra])
        if missing := sorted(set(wanted) - held):
            self._ask("assign_realm_roles", subject, [self._ask("get_realm_role", name) for name in missing])

    def _relations(self, subject: str) -> dict[str, str]:
        return {group["path"]: group["id"] for group in self._ask("get_user_groups", subject) if group["path"].startswith((TERRITORIES, FACILITIES))}

    def _bring_relations(self, subject: str, wanted: Collection[str]) -> None:
        held = self._relations(subject)
        for path in sorted(held.keys() - set(wanted)):
            self._ask("group_user_remove", subject, held[path])
        for path in sorted(set(wanted) - held.keys()):
            self._ask("group_user_add", subject, self._group(path))

    def _group(self, path: str) -> str:
        """The group of a relation, made when nobody had this relation before."""
        found = self._ask("get_group_by_path", path, absent=None)
        if found is not None:
            return str(found["id"])
        kind, code = path.strip("/").split("/")
        parent = self._ask("get_group_by_path", f"/{kind}", absent=None)
        parent_id = parent["id"] if parent is not None else self._ask("create_group", {"name": kind}, skip_exists=True)
        self._ask("create_group", {"name": code}, parent=parent_id, skip_exists=True)
        return str(self._ask("get_group_by_path", path)["id"])

    def _ask(self, method: str, *values: Any, **named: Any) -> Any:
        """One request. `absent`: what to answer when there is no such thing."""
        from keycloak.exceptions import KeycloakError

        may_be_absent, absent = "absent" in named, named.pop("absent", None)
        try:
            return getattr(self._admin, method)(*values, **named)
        except KeycloakError as error:
            if error.response_code == 404 and may_be_absent:
                return absent
            if error.response_code == 404:
                raise ProviderRefuses("account-is-gone") from error
            if error.response_code == 409:
                raise ProviderRefuses("email-taken" if b"email" in (error.response_body or b"") else "username-taken") from error
            if error.response_code == 400:
                logger.warning("the identity provider refuses %s", method)
                raise ProviderRefuses("provider-refuses") from error
            logger.warning("the identity provider does not do %s: %s", method, error.response_code or type(error).__name__)
            raise ProviderAway(AWAY) from error


def _first(user: dict[str, Any], attribute: str) -> str | None:
    values = user.get("attributes", {}).get(attribute) or [None]
    value: str | None = values[0]
    return value


def _written(user: dict[str, Any], wanted: Wanted) -> dict[str, Any]:
    """The identity provider's account with what is ours to say; what a person or an operator set beside it stays."""
    ours = {
        "name": [wanted.name],
        "locale": [wanted.language],
        OURS: [str(wanted.id)],
        "acting_for": list(wanted.acting_for),
        "acting_for_names": list(wanted.acting_for_names),
    }
    attributes = {name: values for name, values in (user.get("attributes", {}) | ours).items() if values}
    written = user | {"username": wanted.username, "enabled": wanted.enabled, "attributes": attributes}
    return written | {"email": wanted.email} if wanted.email is not None else written
