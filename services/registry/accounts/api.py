"""Accounts over HTTP: who is invited, what they may do and where, who stands in for them, which person they are, and when they are closed."""

import asyncio
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel, Field
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts.links import link, person_of
from services.registry.accounts.models import ACCOUNT, AWAY, SUBSTITUTE, Account, Substitute
from services.registry.accounts.permissions import GIVEN, can_keep_account, can_keep_accounts, can_name_substitute, can_read_accounts
from services.registry.accounts.provider import ProviderAway, ProviderRefuses, provider
from services.registry.accounts.queries import accounts_visible_to, get_visible_account, names_of_accounts, substitutes_of
from services.registry.accounts.schemas import (
    RELATION,
    AccountCard,
    AccountCreate,
    AccountRead,
    AccountsKept,
    ApplicationRead,
    Closure,
    FirstPassword,
    GrantsWrite,
    PersonLink,
    SubstituteCreate,
    SubstituteRead,
)
from services.registry.accounts.use_cases import close_account, end_substitute, invite, link_person, must_be_changeable, name_substitute, write_grants
from services.registry.persons.permissions import can_change_person, can_write_people
from services.registry.persons.queries import get_visible_person
from shared.actions import IfMatch, action, etag, require_current
from shared.audit import record_audit
from shared.auth import ALLOWED, Caller, CallerDep, Permission, allows, require
from shared.db import SessionDep
from shared.errors import NotFound, Refusal, Refused, Unavailable, problems
from shared.i18n import _, translate
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page
from shared.records import Body
from shared.settings import settings
from shared.visibility import visible_to

router = Router(tags=["accounts"])

TROUBLES = {
    AWAY: _("The identity provider does not answer. Nothing is lost: it is asked again every few seconds."),
    "username-taken": _("The identity provider has another account with this user name. Close this one and invite the person under another name."),
    "email-taken": _("The identity provider has another account with this e-mail address. Close this one and invite the person with another address."),
    "account-is-gone": _("The account was removed at the identity provider. Close it here and invite the person again."),
    "provider-refuses": _("The identity provider does not accept what is written here. Ask whoever runs this installation."),
}
KEPT = {
    "keycloak": _("Keycloak keeps the accounts; what is written here reaches it within seconds."),
    "fixed": _("The accounts of this installation are fixed: they are made from a file when it starts."),
}


def _kept() -> Literal["fixed", "keycloak"]:
    return settings().accounts


def _application(account: Account) -> ApplicationRead:
    state = account.application
    trouble = account.trouble if state != "applied" else None
    return ApplicationRead(
        state=state, trouble=trouble, detail=translate(TROUBLES[trouble]) if trouble in TROUBLES else None, tried_at=account.tried_at, applied_at=account.applied_at
    )


def _substitute(caller: Caller, one: Substitute, absent: Account, names: dict[UUID, str]) -> SubstituteRead:
    return SubstituteRead(
        id=one.id,
        account_id=one.account_id,
        account_name=names.get(one.account_id, ""),
        substitute_id=one.substitute_id,
        substitute_name=names.get(one.substitute_id, ""),
        starts_on=one.starts_on,
        ends_on=one.ends_on,
        ended_on=one.ended_on,
        reason=one.reason,
        state=one.state,
        available_actions=[action("end", can_name_substitute(caller, absent), must_be_changeable, lambda: SUBSTITUTE.after("end", one.state))]
        if one.account_id == absent.id
        else [],
    )


async def _read(session: AsyncSession, caller: Caller, account: Account, response: Response) -> AccountRead:
    parts = await substitutes_of(session, account.id)
    names = await names_of_accounts(session, {party for one in parts for party in (one.account_id, one.substitute_id)})
    told = [_substitute(caller, one, account, names) for one in parts]
    keeps = can_keep_account(caller, account)
    etag(response, account.version)
    same = {name: getattr(account, name) for name in AccountRead.model_fields if name not in ("application", "stands_in", "replaced_by", "available_actions")}
    return AccountRead(
        **same,
        application=_application(account),
        stands_in=[one for one in told if one.substitute_id == account.id],
        replaced_by=[one for one in told if one.account_id == account.id],
        available_actions=[
            action("change", keeps, must_be_changeable, lambda: ACCOUNT.after("change", account.state)),
            action("substitute", can_name_substitute(caller, account), must_be_changeable, lambda: ACCOUNT.after("substitute", account.state)),
            action("link", keeps, lambda: ACCOUNT.after("link", account.state)),
            action("first_password", keeps, must_be_changeable, lambda: ACCOUNT.after("first_password", account.state), lambda: _must_be_known(account)),
            action("close", keeps, must_be_changeable, lambda: ACCOUNT.after("close", account.state)),
        ],
    )


@router.get("/accounts", response_model=Page[AccountCard], dependencies=[allows(can_read_accounts)], responses=problems(403, 422))
async def list_accounts(
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    state: Annotated[Literal["open", "closed"] | None, Query(description="Open or closed ones; both when not said.")] = None,
    role: Annotated[str | None, Query(max_length=60, description="Those who hold this role.")] = None,
    relation: Annotated[str | None, Query(pattern=RELATION, description="Those who work for this place.")] = None,
    application: Annotated[Literal["waiting"] | None, Query(description="Those that the identity provider has not followed yet.")] = None,
    person_id: Annotated[UUID | None, Query(description="Those of a person of the register.")] = None,
) -> Page[AccountCard]:
    """The accounts of one's own territory, by user name."""
    statement = accounts_visible_to(caller)
    for condition, wanted in (
        (Account.state == state, state),
        (Account.roles.contains([role]), role),
        (Account.relations.contains([relation]), relation),
        (Account.applied_version < Account.version, application),
        (Account.person_id == person_id, person_id),
    ):
        statement = statement.where(condition) if wanted is not None else statement
    found = await keyset_page(session, statement, keys=[Account.username, Account.id], params=page)
    return found.of([AccountCard.model_validate(one) for one in found.items])


@router.get("/accounts/kept", response_model=AccountsKept, dependencies=[allows(can_read_accounts)], responses=problems(403))
async def read_who_keeps_accounts(caller: CallerDep, session: SessionDep) -> AccountsKept:
    """Whether accounts are changed here, which roles the caller may give, and how many the identity provider has not followed yet."""
    waiting = await session.scalar(select(func.count()).select_from(Account).where(visible_to(caller, Account), Account.applied_version < Account.version))
    roles = sorted(GIVEN) if can_keep_accounts(caller) is ALLOWED else []
    return AccountsKept(kept_by=_kept(), changeable=_kept() != "fixed", detail=translate(KEPT[_kept()]), roles=roles, waiting=waiting or 0)


@router.post("/accounts", status_code=201, response_model=AccountRead, dependencies=[allows(can_keep_accounts)], responses=problems(403, 404, 409, 422))
async def create_account(body: AccountCreate, response: Response, caller: CallerDep, session: SessionDep) -> AccountRead:
    """Invite somebody: the identity provider makes the account within seconds; until then it is “to be applied”."""
    return await _read(session, caller, await invite(session, caller=caller, body=body), response)


@router.get("/accounts/{account_id}", response_model=AccountRead, dependencies=[allows(can_read_accounts)], responses=problems(403, 404))
async def read_account(account_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> AccountRead:
    """One account, with its substitutes and how far the identity provider has followed."""
    return await _read(session, caller, await get_visible_account(session, caller, account_id), response)


@router.put("/accounts/{account_id}/grants", response_model=AccountRead, dependencies=[allows(can_keep_accounts)], responses=problems(403, 404, 409, 412, 422))
async def write_account_grants(account_id: UUID, body: GrantsWrite, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> AccountRead:
    """Write all roles and relations of an account."""
    await _require_current(session, caller, account_id, if_match)
    return await _read(session, caller, await write_grants(session, caller=caller, account_id=account_id, body=body), response)


@router.post("/accounts/{account_id}/substitutes", status_code=201, response_model=SubstituteRead, dependencies=[allows(can_keep_accounts)], responses=problems(403, 404, 409, 422))
async def create_substitute(account_id: UUID, body: SubstituteCreate, caller: CallerDep, session: SessionDep) -> SubstituteRead:
    """Name who stands in for this account, and for which days."""
    one = await name_substitute(session, caller=caller, account_id=account_id, body=body)
    return await _read_substitute(session, caller, account_id, one)


@router.post(
    "/accounts/{account_id}/substitutes/{substitute_id}/ending",
    status_code=201,
    response_model=SubstituteRead,
    dependencies=[allows(can_keep_accounts)],
    responses=problems(403, 404, 409),
)
async def create_substitute_ending(account_id: UUID, substitute_id: UUID, caller: CallerDep, session: SessionDep) -> SubstituteRead:
    """End a substitute before its last day, or before it began."""
    one = await end_substitute(session, caller=caller, account_id=account_id, substitute_id=substitute_id)
    return await _read_substitute(session, caller, account_id, one)


@router.post("/accounts/{account_id}/person", status_code=201, response_model=AccountRead, dependencies=[allows(can_keep_accounts)], responses=problems(403, 404, 409, 422))
async def create_person_link(account_id: UUID, body: PersonLink, response: Response, caller: CallerDep, session: SessionDep) -> AccountRead:
    """Say which person of the register signs in with this account."""
    return await _read(session, caller, await link_person(session, caller=caller, account_id=account_id, person_id=body.person_id), response)


@router.post("/accounts/{account_id}/closure", status_code=201, response_model=AccountRead, dependencies=[allows(can_keep_accounts)], responses=problems(403, 404, 409, 412, 422))
async def create_closure(account_id: UUID, body: Closure, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> AccountRead:
    """Close an account at exit: nobody signs in with it any more, and its sessions end."""
    await _require_current(session, caller, account_id, if_match)
    return await _read(session, caller, await close_account(session, caller=caller, account_id=account_id, body=body), response)


@router.put("/accounts/{account_id}/first-password", response_model=FirstPassword, dependencies=[allows(can_keep_accounts)], responses=problems(403, 404, 409, 503))
async def write_first_password(account_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> FirstPassword:
    """A password for the first sign-in, to be handed over in person: said once, kept nowhere, replaced by the person's own, and never given again after that."""
    account = await get_visible_account(session, caller, account_id, lock=True)
    require(can_keep_account(caller, account))
    must_be_changeable()
    ACCOUNT.after("first_password", account.state)
    subject = _must_be_known(account)
    await record_audit(session, caller, "account.first_password_given", "account", account.id)
    try:
        where = await asyncio.to_thread(provider)
        password = await asyncio.to_thread(where.first_password, subject)
    except ProviderAway as away:
        raise Unavailable() from away
    except ProviderRefuses as refused:
        raise Refused(
            refused.slug,
            _("This person has chosen a password of their own, or signs in elsewhere: nobody else sets another."),
            possible=_("They change it themselves at the sign-in page."),
        ) from refused
    response.headers["Cache-Control"] = "no-store"
    return FirstPassword(password=password)


def _must_be_known(account: Account) -> str:
    """Raises Refused while the identity provider has not made the account."""
    if account.subject is None:
        raise Refused("not-applied-yet", _("The identity provider has not made this account yet."), possible=_("Try again in some seconds."))
    return account.subject


async def _require_current(session: AsyncSession, caller: Caller, account_id: UUID, if_match: str | None) -> None:
    if if_match is not None:
        require_current(if_match, (await get_visible_account(session, caller, account_id, lock=True)).version)


async def _read_substitute(session: AsyncSession, caller: Caller, account_id: UUID, one: Substitute) -> SubstituteRead:
    account = await get_visible_account(session, caller, account_id)
    return _substitute(caller, one, account, await names_of_accounts(session, {one.account_id, one.substitute_id}))


# -- the person behind an account


class AccountOf(Body):
    """The subject under which the person signs in, at the issuer that signed the caller's own token."""

    subject: str = Field(min_length=1, max_length=200)


class AccountOfRead(BaseModel):
    person_id: UUID
    subject: str


class OwnRead(BaseModel):
    person_id: UUID


def is_a_person(caller: Caller) -> Permission:
    """Somebody who signs in; a machine has no file."""
    return Refusal("not-a-person", _("Only a person has a file of their own.")) if caller.is_machine else ALLOWED


@router.get("/persons/me/account", response_model=OwnRead, dependencies=[allows(is_a_person)], responses=problems(403, 404))
async def read_own_account(caller: CallerDep, session: SessionDep) -> OwnRead:
    """Which person of the register the caller is, once HR has linked the account (R-HOLDER)."""
    person_id = await person_of(session, caller)
    if person_id is None:
        raise NotFound(_("Your account is linked to no person of the register yet: ask HR to link it."))
    return OwnRead(person_id=person_id)


@router.post("/persons/{person_id}/account", status_code=201, response_model=AccountOfRead, dependencies=[allows(can_write_people)], responses=problems(403, 404, 409, 422))
async def create_account_link(person_id: UUID, body: AccountOf, caller: CallerDep, session: SessionDep) -> AccountOfRead:
    """Say that an account is this person's."""
    person = await get_visible_person(session, caller, person_id)
    require(can_change_person(caller, person.authority_path))
    await link(session, by=caller, issuer=caller.issuer, subject=body.subject, person=person)
    return AccountOfRead(person_id=person.id, subject=body.subject)
