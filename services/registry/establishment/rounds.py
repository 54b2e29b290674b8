"""Running the yearly round: opened by the authority, asked by facilities, arbitrated by somebody else, notified with a decision; then no post goes above it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.directory import get_place, names_of_facilities
from services.registry.establishment.models import ASKED, CEILING, OPEN, ROUND, Ceiling, EstablishmentRound
from services.registry.establishment.permissions import can_ask_at, can_run_round_of, can_run_rounds
from services.registry.establishment.schemas import Arbitration, CeilingCreate, CeilingRead, Notification, RoundCreate, RoundRead
from services.registry.persons.permissions import can_write_people
from services.registry.posts.filling import Share, days_of_change, sum_on
from services.registry.rules import REG_CEILING
from shared.actions import action
from shared.audit import record_audit
from shared.auth import Caller, path_of, require
from shared.clock import judge_done_on, today
from shared.errors import Malformed, NotFound, Refused
from shared.i18n import _
from shared.ids import uuid7
from shared.records import by_reference
from shared.references import hash_of
from shared.segregation import another_person
from shared.visibility import published_above, visible_to


def rounds_visible_to(caller: Caller) -> Select[tuple[EstablishmentRound]]:
    """Those of the caller's territory, and those of an authority above: its facilities ask in them."""
    return select(EstablishmentRound).where(or_(visible_to(caller, EstablishmentRound), published_above(caller, EstablishmentRound)))


async def get_visible_round(session: AsyncSession, caller: Caller, round_id: UUID) -> EstablishmentRound:
    """One round. Raises NotFound."""
    found = await session.scalar(rounds_visible_to(caller).where(EstablishmentRound.id == round_id))
    if found is None:
        raise NotFound()
    return found


async def get_visible_ceiling(session: AsyncSession, caller: Caller, ceiling_id: UUID, *, lock: bool = False) -> Ceiling:
    """One ceiling. Raises NotFound."""
    statement = select(Ceiling).where(Ceiling.id == ceiling_id, visible_to(caller, Ceiling))
    found = await session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound()
    return found


async def open_round(session: AsyncSession, *, caller: Caller, body: RoundCreate) -> EstablishmentRound:
    """The authority asks its facilities for the ceilings of a year."""
    path = path_of(body.authority)
    require(can_run_rounds(caller))
    require(can_run_round_of(caller, path))
    done_on = judge_done_on(caller, body.done_on)
    known = await by_reference(session, EstablishmentRound, authority_path=path, body=body, reference=body.reference)
    if known is not None:
        return known
    opened = EstablishmentRound(
        id=uuid7(),
        authority_path=path,
        shared_with=[],
        content_hash=hash_of(body),
        state=OPEN,
        opened_by=caller.actor,
        opened_on=done_on,
        **body.model_dump(include={"authority", "year", "ask_by", "reference"}),
    )
    session.add(opened)
    await session.flush()
    await record_audit(session, caller, "establishment-round.opened", "establishment-round", opened.id, after=body.model_dump(mode="json"), done_on=done_on)
    return opened


async def ask_ceiling(session: AsyncSession, *, caller: Caller, round_id: UUID, body: CeilingCreate) -> Ceiling:
    """HR of a facility asks for its ceiling before the last day of asking."""
    of_round = await get_visible_round(session, caller, round_id)
    require(can_write_people(caller))
    done_on = judge_done_on(caller, body.done_on)
    place = await get_place(session, body.facility_code, done_on)
    require(can_ask_at(caller, place.authority_path))
    known = await by_reference(session, Ceiling, authority_path=place.authority_path, body=body, reference=body.reference)
    if known is not None:
        return known
    if not place.authority_path.startswith(of_round.authority_path + "."):
        raise Malformed.field("facility_code", _("The facility {facility} is not managed by {authority}."), facility=place.code, authority=of_round.authority)
    must_still_ask(of_round, done_on)
    asked = Ceiling(
        id=uuid7(),
        round_id=of_round.id,
        year=of_round.year,
        authority_path=place.authority_path,
        shared_with=[],
        content_hash=hash_of(body),
        state=ASKED,
        facility_id=place.id,
        facility_code=place.code,
        asked_by=caller.actor,
        asked_on=done_on,
        **body.model_dump(include={"asked_fte", "justification", "reference"}),
    )
    session.add(asked)
    await session.flush()
    await record_audit(session, caller, "ceiling.asked", "ceiling", asked.id, after=body.model_dump(mode="json"), done_on=done_on)
    return asked


async def arbitrate_ceiling(session: AsyncSession, *, caller: Caller, ceiling_id: UUID, body: Arbitration) -> Ceiling:
    """The authority grants what was asked or less, and says why when it is less; whoever asked does not decide."""
    ceiling = await get_visible_ceiling(session, caller, ceiling_id, lock=True)
    of_round = await get_visible_round(session, caller, ceiling.round_id)
    require(can_run_round_of(caller, of_round.authority_path))
    if ceiling.asked_by == caller.actor:
        require(another_person("asker-does-not-arbitrate", _("Whoever asked for a ceiling does not arbitrate it.")))
    done_on = judge_done_on(caller, body.done_on)
    if body.arbitrated_fte < ceiling.asked_fte and body.comment is None:
        raise Malformed.field("comment", _("Say why less is granted than was asked."))
    before = {"state": ceiling.state, "arbitrated_fte": str(ceiling.arbitrated_fte)}
    ceiling.move("arbitrate", CEILING)
    ceiling.arbitrated_fte, ceiling.comment, ceiling.arbitrated_by, ceiling.arbitrated_on = body.arbitrated_fte, body.comment, caller.actor, done_on
    await session.flush()
    await record_audit(session, caller, "ceiling.arbitrated", "ceiling", ceiling.id, before=before, after=body.model_dump(mode="json"), done_on=done_on)
    return ceiling


async def notify_round(session: AsyncSession, *, caller: Caller, round_id: UUID, body: Notification) -> EstablishmentRound:
    """Once everything that was asked is arbitrated, the decision makes the ceilings bind; one below what stands in posts is refused."""
    of_round = await get_visible_round(session, caller, round_id)
    require(can_run_round_of(caller, of_round.authority_path))
    done_on = judge_done_on(caller, body.done_on)
    of_round = (await session.scalars(rounds_visible_to(caller).where(EstablishmentRound.id == round_id).with_for_update().execution_options(populate_existing=True))).one()
    of_round.move("notify", ROUND)
    of_round.decision_number, of_round.notified_on = body.decision_number, done_on
    ceilings = (await session.scalars(select(Ceiling).where(Ceiling.round_id == round_id).order_by(Ceiling.facility_code).with_for_update())).all()
    must_be_arbitrated(ceilings)
    standing = await standing_in(session, [ceiling.facility_id for ceiling in ceilings], of_round.year)
    for ceiling in ceilings:
        assert ceiling.arbitrated_fte is not None
        stands = standing.get(ceiling.facility_id, Decimal(0))
        if stands > ceiling.arbitrated_fte:
            raise Refused(
                "above-ceiling",
                _("The posts of {facility} come to {stands} in {year}; the ceiling would be {ceiling}."),
                rule=replace(REG_CEILING, value=float(ceiling.arbitrated_fte)),
                possible=_("Abolish or shorten posts of the facility from the first day of the year, or arbitrate at least {stands}."),
                more={"ceiling_id": str(ceiling.id), "facility_code": ceiling.facility_code},
                facility=ceiling.facility_code,
                stands=_plain(stands),
                ceiling=_plain(ceiling.arbitrated_fte),
                year=of_round.year,
            )
        ceiling.move("notify", CEILING)
    await session.flush()
    await record_audit(session, caller, "establishment-round.notified", "establishment-round", of_round.id, after=body.model_dump(mode="json"), done_on=done_on)
    return of_round


def must_still_ask(of_round: EstablishmentRound, day: date) -> None:
    """Facilities ask while the round is open, until its last day of asking. Raises Refused."""
    ROUND.after("ask", of_round.state)
    if day > of_round.ask_by:
        raise Refused(
            "asking-is-over",
            _("Facilities asked until {day}."),
            rule=REG_CEILING,
            possible=_("The authority may open the next round with a later day."),
            day=of_round.ask_by.isoformat(),
        )


def must_be_arbitrated(ceilings: Sequence[Ceiling]) -> None:
    """Nothing binds while something that was asked waits. Raises Refused and names the facilities."""
    waiting = [ceiling.facility_code for ceiling in ceilings if ceiling.state == ASKED]
    if waiting or not ceilings:
        raise Refused(
            "not-arbitrated",
            _("What these facilities asked waits for arbitration: {facilities}.") if waiting else _("No facility has asked in this round."),
            rule=REG_CEILING,
            possible=_("Arbitrate each of them first.") if waiting else None,
            more={"facilities": waiting},
            facilities=", ".join(waiting),
        )


@dataclass(frozen=True)
class Above:
    """The first day of a year on which a wished post does not fit below the ceiling, and what stands then."""

    ceiling_id: UUID
    year: int
    ceiling: Decimal
    day: date
    stands: Decimal


def first_above(ceilings: Iterable[Row[Any]], offered: Sequence[Share], wished: Share) -> Above | None:
    """Whether a post stays below what was notified for its facility, on each day of each year."""
    for row in ceilings:
        first, last = date(row.year, 1, 1), date(row.year, 12, 31)
        if not wished.touches(first, last):
            continue
        for day in days_of_change([*offered, wished], max(first, wished.first), last if wished.last is None else min(last, wished.last)):
            stands = sum_on(offered, day)
            if stands + wished.share > row.arbitrated_fte:
                return Above(row.id, row.year, row.arbitrated_fte, day, stands)
    return None


async def must_fit_ceilings(session: AsyncSession, facility_id: UUID, wished: Share, *, but: UUID | None = None) -> None:
    """Raises Refused when a post would go above a ceiling; the database says the same."""
    ceilings, offered = await ceilings_of(session, [facility_id], but=but)
    above = first_above(ceilings.get(facility_id, ()), offered.get(facility_id, ()), wished)
    if above is not None:
        raise Refused(
            "above-ceiling",
            _("On {day} the posts of the facility come to {stands}; with {wished} more they would go above the ceiling of {ceiling} for {year}."),
            rule=replace(REG_CEILING, value=float(above.ceiling)),
            possible=_("Abolish or shorten another post first, or ask for a higher ceiling in the next round."),
            more={"ceiling_id": str(above.ceiling_id)},
            day=above.day.isoformat(),
            stands=_plain(above.stands),
            wished=_plain(wished.share),
            ceiling=_plain(above.ceiling),
            year=above.year,
        )


async def ceilings_of(session: AsyncSession, facility_ids: Sequence[UUID], *, but: UUID | None = None) -> tuple[dict[UUID, list[Row[Any]]], dict[UUID, list[Share]]]:
    """The ceilings that bind these facilities, and what stands in posts of those that have one; one post left out when asked."""
    ceilings: dict[UUID, list[Row[Any]]] = {}
    for row in await session.execute(_NOTIFIED, {"facilities": list(facility_ids)}):
        ceilings.setdefault(row.facility_id, []).append(row)
    return ceilings, await _offered(session, list(ceilings), but=but) if ceilings else {}


async def standing_in(session: AsyncSession, facility_ids: Iterable[UUID], year: int) -> dict[UUID, Decimal]:
    """The most that stands in posts of each facility on any day of a year."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    offered = await _offered(session, list(facility_ids))
    return {facility: max((sum_on(shares, day) for day in days_of_change(shares, first, last)), default=Decimal(0)) for facility, shares in offered.items()}


async def _offered(session: AsyncSession, facility_ids: Sequence[UUID], *, but: UUID | None = None) -> dict[UUID, list[Share]]:
    shares: dict[UUID, list[Share]] = {}
    for row in await session.execute(_POSTS, {"facilities": list(facility_ids), "but": but}):
        shares.setdefault(row.facility_id, []).append(Share(row.first, row.last, row.fte))
    return shares


async def read_rounds(caller: Caller, found: Iterable[EstablishmentRound]) -> list[RoundRead]:
    return [
        RoundRead(
            **{name: getattr(one, name) for name in ("id", "reference", "authority", "year", "ask_by", "state", "decision_number", "notified_on", "opened_on", "version")},
            available_actions=[
                action("ask", can_write_people(caller), lambda one=one: must_still_ask(one, today())),  # type: ignore[misc]
                action("notify", can_run_round_of(caller, one.authority_path), lambda one=one: ROUND.after("notify", one.state)),  # type: ignore[misc]
            ],
        )
        for one in found
    ]


async def read_ceilings(session: AsyncSession, caller: Caller, of_round: EstablishmentRound) -> list[CeilingRead]:
    """What the caller may see of a round's ceilings, with what stands in posts beside what is asked."""
    found = (await session.scalars(select(Ceiling).where(Ceiling.round_id == of_round.id, visible_to(caller, Ceiling)).order_by(Ceiling.facility_code))).all()
    standing = await standing_in(session, [one.facility_id for one in found], of_round.year)
    names = await names_of_facilities(session, [one.facility_code for one in found])
    return [_read(caller, one, of_round, names, standing) for one in found]


def _read(caller: Caller, one: Ceiling, of_round: EstablishmentRound, names: dict[str, str], standing: dict[UUID, Decimal]) -> CeilingRead:
    permission = can_run_round_of(caller, of_round.authority_path)
    if permission is True and one.asked_by == caller.actor:
        permission = another_person("asker-does-not-arbitrate", _("Whoever asked for a ceiling does not arbitrate it."))
    same = ("id", "round_id", "year", "facility_code", "asked_fte", "justification", "asked_on", "arbitrated_fte", "comment", "arbitrated_on", "state", "version")
    return CeilingRead(
        **{name: getattr(one, name) for name in same},
        facility_name=names.get(one.facility_code),
        standing_fte=float(standing.get(one.facility_id, Decimal(0))) if caller.manages(one.authority_path) else None,
        available_actions=[action("arbitrate", permission, lambda: CEILING.after("arbitrate", one.state))],
    )


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


_NOTIFIED = text(
    "SELECT id, facility_id, year, arbitrated_fte FROM establishment_ceilings WHERE facility_id = ANY (CAST(:facilities AS uuid[])) AND state = 'notified' ORDER BY year"
)
_POSTS = text(
    """
    SELECT facility_id, lower(valid) AS first, upper(valid) - 1 AS last, fte FROM posts
    WHERE facility_id = ANY (CAST(:facilities AS uuid[])) AND (CAST(:but AS uuid) IS NULL OR id <> :but)
    """
)
