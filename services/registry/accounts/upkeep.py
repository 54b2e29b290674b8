"""What the registry does by itself: it closes the accounts of those who left, begins and ends substitutes on their day, and brings the identity provider along.

Every task may run late, twice or in parallel. An identity provider that is away loses nothing: what it has not
followed stays written and is tried again, and each such account says so.
"""

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import exists, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts.links import link
from services.registry.accounts.models import AWAY, CLOSED, NAMED, OPEN, OVER, RUNNING, Account, Substitute, home_of
from services.registry.accounts.provider import Found, Provider, ProviderAway, ProviderRefuses, Wanted, provider
from services.registry.accounts.queries import paths_of
from services.registry.accounts.use_cases import begin, close, end
from services.registry.persons.models import Person
from services.registry.workers.models import Employment
from shared.audit import record_audit
from shared.clock import now, today
from shared.db import worker_session
from shared.errors import Refused
from shared.i18n import LANGUAGES
from shared.ids import uuid7
from shared.settings import settings

logger = logging.getLogger("relais.accounts")

BY = "task:accounts"
MOST = 200
LOOK_SECONDS = {"fixed": 60.0, "keycloak": 600.0}
"""How often accounts that others made at the identity provider are looked for …"""
SOON_SECONDS = {"away": 0.0, "placeless": 60.0}
"""… and how soon again when it did not answer, or when an account works for a place that is not there yet."""


async def keep_accounts() -> None:
    """Every some seconds: departures, first and last days of substitutes, then what the identity provider is to follow."""
    await close_departed()
    await turn_substitutes()
    await apply_accounts()
    await _looking.when_it_is_time()


async def close_departed() -> None:
    """Whoever's last employment has ended signs in no more; somebody who is invited after that, as a retired mentor is, keeps the account."""
    if settings().accounts == "fixed":
        return
    employments = select(Employment.person_id).where(Employment.person_id == Account.person_id)
    still = func.coalesce(func.upper(Employment.valid) > today(), True)  # noqa: FBT003  no last day is known
    ended_since = (func.upper(Employment.valid) > Account.invited_on) | (Employment.recorded_at > Account.invited_at)
    async with worker_session() as session:
        left = (
            select(Account)
            .where(
                Account.state == OPEN,
                exists(employments.where(ended_since)),
                ~exists(employments.where(still)),
            )
            .order_by(Account.id)
            .limit(MOST)
            .with_for_update(skip_locked=True)
        )
        for account in (await session.scalars(left)).all():
            await close(session, BY, account, reason="departure")


async def turn_substitutes() -> None:
    """On the first day a substitute begins, after the last one it is over; what the absent is given or loses meanwhile follows."""
    day = today()
    async with worker_session() as session:
        unfinished = select(Substitute).where(Substitute.state != OVER).order_by(Substitute.id).with_for_update(skip_locked=True)
        for one in (await session.scalars(unfinished)).all():
            absent = await session.get_one(Account, one.account_id)
            stand_in = await session.get_one(Account, one.substitute_id)
            if one.ends_on < day or CLOSED in (absent.state, stand_in.state):
                await end(session, BY, one, stand_in)
            elif one.state == NAMED and one.starts_on <= day:
                await begin(session, BY, one, stand_in)
            elif one.state == RUNNING and one.absent_version != absent.version:
                one.absent_version = absent.version
                stand_in.change()


async def apply_accounts() -> None:
    """Bring the identity provider to what is written, one account after the other, by one worker at a time."""
    if settings().accounts == "fixed":
        return
    async with worker_session() as lock:
        if not await lock.scalar(_ALONE):
            return
        async with worker_session() as session:
            # What was refused waits for somebody to change the account; everything else is tried again.
            waiting = (
                await session.scalars(select(Account.id).where(Account.applied_version < Account.version, (Account.trouble.is_(None)) | (Account.trouble == AWAY)).limit(MOST))
            ).all()
        if not waiting:
            return
        try:
            where = await asyncio.to_thread(provider)
            for account_id in waiting:
                await _apply(where, account_id)
        except ProviderAway:
            async with worker_session() as session:
                await session.execute(update(Account).where(Account.id.in_(waiting), Account.applied_version < Account.version).values(trouble=AWAY, tried_at=now()))


_ALONE = text("SELECT pg_try_advisory_xact_lock(hashtext('relais accounts'))")


async def _apply(where: Provider, account_id: object) -> None:
    """The wish is read, followed and ticked off; a wish that changed meanwhile is not ticked off and comes again."""
    async with worker_session() as session:
        account = await session.get_one(Account, account_id)
        wanted, version = await wanted_of(session, account), account.version
    trouble = subject = None
    try:
        subject = await asyncio.to_thread(where.bring, wanted)
    except ProviderRefuses as refused:
        trouble = refused.slug
    async with worker_session() as session:
        account = await session.get_one(Account, account_id, with_for_update=True)
        account.tried_at = now()
        if trouble is not None:
            account.trouble = trouble if account.version == version else None
            return
        account.subject = subject
        if account.applied_version < version:
            account.applied_version, account.applied_at, account.trouble = version, now(), None
        await session.flush()
        if subject is not None and account.person_id is not None:
            person = await session.get_one(Person, account.person_id)
            try:
                await link(session, by=account.invited_by, issuer=account.issuer, subject=subject, person=person)
            except Refused:
                logger.warning("an account is linked to another person than the one that it was made for")


async def wanted_of(session: AsyncSession, account: Account) -> Wanted:
    """The account's own roles and relations, with those of whom it stands in for today; nothing once it is closed."""
    is_open = account.state == OPEN
    absent = (
        (
            await session.scalars(select(Account).join(Substitute, Substitute.account_id == Account.id).where(Substitute.substitute_id == account.id, Substitute.state == RUNNING))
        ).all()
        if is_open
        else []
    )
    holding = [account, *absent] if is_open else []
    return Wanted(
        id=account.id,
        subject=account.subject,
        username=account.username,
        email=account.email,
        name=account.name,
        language=account.language,
        enabled=is_open,
        roles=frozenset(role for one in holding for role in one.roles),
        relations=frozenset(relation for one in holding for relation in one.relations),
        acting_for=tuple(one.subject for one in absent if one.subject is not None),
        acting_for_names=tuple(one.name for one in absent),
    )


# -- accounts that others made


@dataclass
class _Looking:
    next: float = float("-inf")

    async def when_it_is_time(self) -> None:
        if time.monotonic() >= self.next:
            seen = await find_accounts()
            self.next = time.monotonic() + (LOOK_SECONDS[settings().accounts] if seen == "all" else SOON_SECONDS[seen])


_looking = _Looking()


async def find_accounts() -> Literal["all", "away", "placeless"]:
    """Accounts that the identity provider already has are written here, so that they are seen, replaced and closed like those invited."""
    async with worker_session() as session:
        subjects = await session.scalars(select(Account.subject).where(Account.issuer == settings().issuer))
        known = {subject for subject in subjects if subject is not None}
    try:
        found = await asyncio.to_thread(lambda: list(provider().unknown(known)))
    except ProviderAway:
        return "away"
    async with worker_session() as session:
        placed = [await _write_found(session, one) for one in found]
    return "all" if all(placed) else "placeless"


async def _write_found(session: AsyncSession, found: Found) -> bool:
    """An account with a role in a place is written; whoever has neither is nobody's to keep. False while the place is not there yet."""
    if not found.roles or not found.relations:
        return True
    paths = await paths_of(session, found.relations, today())
    home = home_of(paths.values())
    if not home:
        return False
    values = {
        "id": uuid7(),
        "issuer": settings().issuer,
        "subject": found.subject,
        "username": found.username,
        "email": found.email,
        "name": found.name,
        "language": found.language if found.language in LANGUAGES else "fr",
        "roles": sorted(found.roles),
        "relations": sorted(found.relations),
        "state": OPEN,
        "source": "found",
        "invited_by": BY,
        "invited_at": now(),
        "invited_on": today(),
        "version": 1,
        "applied_version": 1,
        "authority_path": home,
        "shared_with": [],
    }
    written = await session.scalar(insert(Account).values(values).on_conflict_do_nothing().returning(Account.id))
    if written is not None:
        await record_audit(session, BY, "account.found", "account", written, after={"roles": values["roles"], "relations": values["relations"]})
    return True
