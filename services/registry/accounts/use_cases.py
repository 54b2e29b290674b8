"""Inviting, granting, naming a substitute, linking and closing. What is written here is the wish; the identity provider follows it (`upkeep`)."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts.links import link, person_of
from services.registry.accounts.models import (
    ACCOUNT,
    NAMED,
    OPEN,
    OVER,
    RUNNING,
    SUBSTITUTE,
    Account,
    Substitute,
    home_of,
    must_be_kept_apart,
    must_not_spread,
)
from services.registry.accounts.permissions import can_give, can_give_for, can_keep_account, can_name_substitute
from services.registry.accounts.queries import get_visible_account, paths_of, substitutes_of
from services.registry.accounts.schemas import AccountCreate, Closure, GrantsWrite, SubstituteCreate
from services.registry.periods import period
from services.registry.persons.permissions import can_change_person
from services.registry.persons.queries import get_visible_person
from services.registry.rules import ACC_FIXED, ACC_ROLES, SEC_02_ROLES, SUBSTITUTE_DAYS
from shared.audit import record_audit
from shared.auth import ROLES, Caller, require
from shared.clock import now, today
from shared.errors import Forbidden, Malformed, NotFound, Refusal, Refused
from shared.i18n import _
from shared.ids import uuid7
from shared.settings import settings
from shared.visibility import visible_to


def must_be_changeable() -> None:
    """Accounts that are made from a file are changed in the file alone. Raises Refused."""
    if settings().accounts == "fixed":
        raise Refused(
            "accounts-are-fixed",
            _("The accounts of this installation are fixed: they are made from a file when it starts."),
            rule=ACC_FIXED,
            possible=_("Run an installation whose accounts Keycloak keeps."),
        )


async def invite(session: AsyncSession, *, caller: Caller, body: AccountCreate) -> Account:
    """An administrator invites somebody into their own territory, with roles not above their own."""
    require(can_give(caller, _known(body.roles)))
    must_be_changeable()
    must_be_kept_apart(body.roles)
    paths = await _own_places(session, caller, body.relations)
    if body.person_id is not None:
        person = await get_visible_person(session, caller, body.person_id)
        require(can_change_person(caller, person.authority_path))
        if await person_of(session, caller) == person.id:
            raise Forbidden(Refusal("own-account", _("Nobody changes or closes their own account."), rule=SEC_02_ROLES, possible=_("Ask another administrator.")))
    account = Account(
        id=uuid7(),
        issuer=settings().issuer,
        username=body.username,
        email=body.email,
        name=body.name,
        language=body.language,
        roles=sorted(set(body.roles)),
        relations=sorted(paths),
        person_id=body.person_id,
        state=OPEN,
        source="invited",
        invited_by=caller.actor,
        invited_at=now(),
        invited_on=today(),
        version=1,
        applied_version=0,
        authority_path=home_of(paths.values()),
        shared_with=[],
    )
    session.add(account)
    await session.flush()
    await record_audit(session, caller, "account.invited", "account", account.id, after=_facts(account))
    return account


async def write_grants(session: AsyncSession, *, caller: Caller, account_id: UUID, body: GrantsWrite) -> Account:
    """All roles and relations of an account are written at once; what was given is given again, so that nobody keeps more than this giver may give."""
    account = await _of_ones_own(session, caller, account_id, "change")
    require(can_give(caller, _known(body.roles)))
    must_be_kept_apart(body.roles)
    paths = await _own_places(session, caller, body.relations)
    before = _facts(account)
    account.roles, account.relations, account.authority_path = sorted(set(body.roles)), sorted(paths), home_of(paths.values())
    if _facts(account) == before:
        return account
    account.change()
    for one in await _unfinished(session, account.id):
        # A grant must not make together what was refused when the substitute was named.
        absent, stand_in = await session.get(Account, one.account_id), await session.get(Account, one.substitute_id)
        if absent is not None and stand_in is not None:
            must_be_kept_apart({*absent.roles, *stand_in.roles})
            must_not_spread(absent, stand_in)
    await session.flush()
    await record_audit(session, caller, "account.granted", "account", account.id, before=before, after=_facts(account))
    return account


async def name_substitute(session: AsyncSession, *, caller: Caller, account_id: UUID, body: SubstituteCreate) -> Substitute:
    """Somebody stands in for an absent colleague for days that are known: with the colleague's roles and relations, and nothing that neither of them has."""
    absent = await get_visible_account(session, caller, account_id, lock=True)
    require(can_name_substitute(caller, absent))
    must_be_changeable()
    ACCOUNT.after("substitute", absent.state)
    if body.substitute_id == absent.id:
        raise Malformed.field("substitute_id", _("Nobody stands in for themselves."))
    stand_in = await session.scalar(select(Account).where(Account.id == body.substitute_id, visible_to(caller, Account)).with_for_update())
    if stand_in is None:
        raise Malformed.field("substitute_id", _("There is no such account that you may see."))
    require(can_keep_account(caller, stand_in))
    ACCOUNT.after("substitute", stand_in.state)
    if body.starts_on < today():
        raise Malformed.field("starts_on", _("A substitute stands in from today on; today is {today}."), today=today().isoformat())
    if body.ends_on - body.starts_on >= timedelta(days=SUBSTITUTE_DAYS.value):
        raise Refused(
            "substitute-without-end",
            _("A substitute stands in for at most {days} days."),
            rule=SUBSTITUTE_DAYS,
            possible=_("Choose a nearer last day."),
            days=SUBSTITUTE_DAYS.value,
        )
    must_be_kept_apart({*absent.roles, *stand_in.roles})
    must_not_spread(absent, stand_in)
    one = Substitute(
        id=uuid7(),
        account_id=absent.id,
        substitute_id=stand_in.id,
        valid=period(body.starts_on, body.ends_on),
        absent_version=absent.version,
        reason=body.reason,
        state=NAMED,
        named_by=caller.actor,
        named_at=now(),
        authority_path=home_of([absent.authority_path, stand_in.authority_path]),
        shared_with=[],
    )
    session.add(one)
    absent.touch()
    await session.flush()
    await record_audit(session, caller, "account.substitute_named", "account", absent.id, after=_of(one))
    await record_audit(session, caller, "account.stands_in", "account", stand_in.id, after=_of(one))
    if one.starts_on <= today():
        await begin(session, caller, one, stand_in)
    return one


async def begin(session: AsyncSession, by: Caller | str, one: Substitute, stand_in: Account) -> None:
    """The first day has come: the identity provider is to give the substitute what the absent holds."""
    one.state = SUBSTITUTE.after("begin", one.state)
    stand_in.change()
    await session.flush()
    await record_audit(session, by, "account.substitute_began", "account", stand_in.id, after=_of(one))


async def end(session: AsyncSession, by: Caller | str, one: Substitute, stand_in: Account) -> None:
    """What was given for days is taken away."""
    was = one.state
    one.state = SUBSTITUTE.after("end", one.state)
    one.ended_by = by if isinstance(by, str) else by.actor
    if today() <= one.ends_on:
        one.ended_on = today()
    if was == RUNNING:
        stand_in.change()
    await session.flush()
    await record_audit(session, by, "account.substitute_ended", "account", stand_in.id, before={"state": was}, after=_of(one))


async def end_substitute(session: AsyncSession, *, caller: Caller, account_id: UUID, substitute_id: UUID) -> Substitute:
    """A substitute is needed no more: the administrator ends it before its last day."""
    absent = await get_visible_account(session, caller, account_id, lock=True)
    one = await session.scalar(select(Substitute).where(Substitute.id == substitute_id, Substitute.account_id == absent.id).with_for_update())
    if one is None:
        raise NotFound()
    require(can_name_substitute(caller, absent))
    must_be_changeable()
    stand_in = await session.get_one(Account, one.substitute_id, with_for_update=True)
    await end(session, caller, one, stand_in)
    return one


async def link_person(session: AsyncSession, *, caller: Caller, account_id: UUID, person_id: UUID) -> Account:
    """A sign-in is a person of the register: their file is their own, and they verify nothing in it."""
    account = await get_visible_account(session, caller, account_id, lock=True)
    require(can_keep_account(caller, account))
    ACCOUNT.after("link", account.state)
    person = await get_visible_person(session, caller, person_id)
    require(can_change_person(caller, person.authority_path))
    if account.person_id not in (None, person.id):
        raise Refused("account-taken", _("This account belongs to another person."), possible=_("Check the subject of the account."))
    before = {"person_id": account.person_id}
    account.person_id = person.id
    account.touch()
    if account.subject is not None:
        await link(session, by=caller, issuer=account.issuer, subject=account.subject, person=person)
    await session.flush()
    await record_audit(session, caller, "account.person_linked", "account", account.id, before=before, after={"person_id": person.id})
    return account


async def close_account(session: AsyncSession, *, caller: Caller, account_id: UUID, body: Closure) -> Account:
    """Whoever leaves signs in no more; their sessions end, and what they were substitute for or in ends with them."""
    account = await _of_ones_own(session, caller, account_id, "close")
    await close(session, caller, account, reason=body.reason)
    return account


async def close(session: AsyncSession, by: Caller | str, account: Account, *, reason: str) -> None:
    """The same for whoever does it: an administrator, or the registry itself after a departure."""
    for one in await _unfinished(session, account.id):
        await end(session, by, one, await session.get_one(Account, one.substitute_id))
    before = _facts(account)
    account.close(by=by if isinstance(by, str) else by.actor, on=today(), reason=reason)
    await session.flush()
    await record_audit(session, by, "account.closed", "account", account.id, before=before, after=_facts(account) | {"reason": reason})


async def _unfinished(session: AsyncSession, account_id: UUID) -> list[Substitute]:
    return [one for one in await substitutes_of(session, account_id) if one.state != OVER]


async def _of_ones_own(session: AsyncSession, caller: Caller, account_id: UUID, act: str) -> Account:
    """An account that this caller may change now, locked."""
    account = await get_visible_account(session, caller, account_id, lock=True)
    require(can_keep_account(caller, account))
    must_be_changeable()
    ACCOUNT.after(act, account.state)
    return account


def _known(roles: Collection[str]) -> Collection[str]:
    """Raises Malformed for a role outside the catalogue."""
    for role in roles:
        if role not in ROLES:
            raise Malformed.field("roles", _("There is no role {role}."), role=role)
    return roles


async def _own_places(session: AsyncSession, caller: Caller, relations: Collection[str]) -> Mapping[str, str]:
    """Paths of relations that lie in one territory of the caller's. Raises Malformed for a place that does not exist, Forbidden for one of others."""
    paths = await paths_of(session, relations, today())
    for relation in relations:
        place = relation.rsplit("/", 1)[-1]
        if relation not in paths:
            raise Malformed.field("relations", _("There is no place {place} today."), place=place)
        require(can_give_for(caller, place, paths[relation]))
    if not caller.manages(home_of(paths.values())):
        raise Refused(
            "places-of-several-authorities",
            _("One account works for one authority: these places have none of yours in common."),
            rule=ACC_ROLES,
            possible=_("Invite the person once for each."),
        )
    return paths


def _facts(account: Account) -> dict[str, Any]:
    """What the audit keeps: no name and no address."""
    return {"roles": account.roles, "relations": account.relations, "state": account.state, "person_id": account.person_id}


def _of(one: Substitute) -> dict[str, Any]:
    starts: date = one.starts_on
    return {"for": one.account_id, "by": one.substitute_id, "starts_on": starts, "ends_on": one.ends_on, "state": one.state}
