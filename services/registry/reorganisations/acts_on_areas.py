"""Areas are merged, divided, renamed and recoded from a day on; what stood before stays readable, and the crosswalk says what became of each."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from services.registry.areas.models import Area
from services.registry.facilities.crosswalk import beyond
from services.registry.facilities.models import Facility
from services.registry.reorganisations.carrying import Carrying, from_the_day
from services.registry.reorganisations.permissions import can_change_area
from services.registry.reorganisations.schemas import AreaPart, MergeAreas, NewArea, RecodeArea, RenameArea, SplitArea
from shared.auth import require
from shared.errors import Refused
from shared.i18n import _
from shared.ids import uuid7
from shared.names import canonical, search_words, sort_key

DECIDED = {"source": "decided"}


async def merge_areas(work: Carrying, act: MergeAreas) -> None:
    """Areas of one parent end on the eve, and another stands in their place with all that stood in them."""
    sources = [await area_standing(work, code) for code in dict.fromkeys(act.areas)]
    first = sources[0]
    other = next((one for one in sources if (one.parent_id, one.level) != (first.parent_id, first.level)), None)
    if other is not None or len(sources) < 2:
        raise Refused(
            "areas-of-different-parents",
            _("{area} and {other} do not lie directly in the same area: they cannot become one."),
            possible=_("Merge the areas above them first, or choose areas that lie side by side."),
            area=first.code,
            other=(other or first).code,
        )
    new = await new_area(work, act.into, first, latitude=centre(sources, "latitude"), longitude=centre(sources, "longitude"), km2=whole(sources))
    await end_areas(work, sources)
    await work.insert("areas", [new])
    await work.session.execute(_MEMBERS_FOLLOW, {"day": work.day, "former": [one.id for one in sources], "heirs": [new["id"]], "who": work.caller.actor})
    await cross(work, [(one, new["id"], "merge", Decimal(1), True, False) for one in sources])
    await below_follow(work, {one.id: one for one in sources}, new["id"], new["within"])
    stood = await facilities_in(work, [one.id for one in sources])
    await work.stand({row.row_id: {"area_id": new["id"], "area_is_estimated": row.area_is_estimated} for row in stood})


async def split_area(work: Carrying, act: SplitArea) -> None:
    """An area ends on the eve and its parts begin; a facility goes to the part that is said, else the nearest, else the main one."""
    whole_area = await area_standing(work, act.area)
    below = await work.session.scalar(select(Area).where(Area.parent_id == whole_area.id, from_the_day(work.day, Area)).limit(1))
    if below is not None:
        raise Refused(
            "area-has-areas-below",
            _("{below} lies in {area}: an area is divided only when no other lies in it."),
            possible=_("Divide or merge what lies below first."),
            area=whole_area.code,
            below=below.name,
        )
    parts = [(part, await new_area(work, part, whole_area, latitude=part.latitude, longitude=part.longitude, km2=share_of(whole_area, part))) for part in act.into]
    await end_areas(work, [whole_area])
    await work.insert("areas", [new for _part, new in parts])
    await work.session.execute(_MEMBERS_FOLLOW, {"day": work.day, "former": [whole_area.id], "heirs": [new["id"] for _part, new in parts], "who": work.caller.actor})
    await cross(work, [(whole_area, new["id"], "split", part.share, part.is_main, True) for part, new in parts])
    said = {code: new["id"] for part, new in parts for code in part.facilities}
    main = next(new["id"] for part, new in parts if part.is_main)
    heirs = [Area(id=new["id"], latitude=new["latitude"], longitude=new["longitude"], area_km2=new["area_km2"]) for _part, new in parts]
    changes = {}
    for row in await facilities_in(work, [whole_area.id]):
        where, estimated = said.get(row.code), False
        if where is None:
            here = None if row.latitude is None or row.longitude is None else (float(row.latitude), float(row.longitude))
            known = here is not None and all(heir.latitude is not None and heir.longitude is not None for heir in heirs)
            where, estimated = (min(heirs, key=lambda heir: beyond(here, heir)).id if known and here is not None else main), True
        changes[row.row_id] = {"area_id": where, "area_is_estimated": estimated or row.area_is_estimated}
    unknown = sorted(set(said) - {row.code for row in await facilities_in(work, [whole_area.id])})
    if unknown:
        raise Refused("facility-stands-elsewhere", _("The facility {code} does not stand in {area} on that day."), code=unknown[0], area=whole_area.code)
    await work.stand(changes)


async def rename_area(work: Carrying, act: RenameArea) -> None:
    """The same area under another name or of another rank."""
    area = await area_standing(work, act.area)
    name, short = canonical(act.name), canonical(act.short_name or act.name)
    said = {"name": name, "short_name": short, "type": act.type or area.type, "sort_key": sort_key(short), "words": words_of(name, *area.names.values())} | DECIDED
    await work.say("areas", dict.fromkeys([row.row_id for row in await periods_of(work, area.id)], said), stamp=DECIDED)
    await cross(work, [(area, area.id, "rename" if act.type in (None, area.type) else "upgrade", Decimal(1), True, False)])


async def recode_area(work: Carrying, act: RecodeArea) -> None:
    """The same area under another code; everything below is found under the new one from the day on."""
    area = await area_standing(work, act.area)
    within = [*area.within[:-1], act.code]
    if act.code in area.within:
        raise Refused("area-contains-itself", _("{code} is the code of {area} or of an area above it: an area never contains itself."), code=act.code, area=area.name)
    await not_taken(work, act.code)
    require(can_change_area(work.caller, act.code, within))
    said = {"code": act.code, "within": within} | DECIDED
    await work.say("areas", dict.fromkeys([row.row_id for row in await periods_of(work, area.id)], said), stamp=DECIDED)
    await below_follow(work, {area.id: area}, area.id, within)
    await cross(work, [(area, area.id, "recode", Decimal(1), True, False)])


# --- what the acts have in common -------------------------------------------------------------------------------------


async def area_standing(work: Carrying, code: str) -> Area:
    """The area that bears a code on the eve and on the day. Raises Refused, or Forbidden when it is not the caller's."""
    found = await work.session.scalar(select(Area).where(Area.code == code, Area.valid.contains(work.eve), Area.valid.contains(work.day)).execution_options(populate_existing=True))
    if found is None:
        raise Refused("no-such-area", _("No area bears the code {code} on {eve} and on {day}."), code=code, eve=work.eve.isoformat(), day=work.day.isoformat())
    require(can_change_area(work.caller, code, found.within))
    return found


async def not_taken(work: Carrying, code: str) -> None:
    taken = await work.session.scalar(select(Area).where(Area.code == code, from_the_day(work.day, Area)).execution_options(populate_existing=True).limit(1))
    if taken is not None:
        raise Refused(
            "area-code-taken",
            _("{code} is the code of {area} from {day} on."),
            possible=_("Choose another code, or end that area first."),
            code=code,
            area=taken.name,
            day=work.day.isoformat(),
        )


async def new_area(work: Carrying, said: NewArea, beside: Area, *, latitude: Any, longitude: Any, km2: Any) -> dict[str, Any]:
    """The row of an area that begins on the day, in the same area as the one that ends."""
    if said.code in beside.within[:-1]:
        raise Refused("area-contains-itself", _("{code} is the code of {area} or of an area above it: an area never contains itself."), code=said.code, area=beside.name)
    require(can_change_area(work.caller, said.code, [*beside.within[:-1], said.code]))
    name, short = canonical(said.name), canonical(said.short_name or said.name)
    return {
        "row_id": uuid7(),
        "id": uuid7(),
        "country": beside.country,
        "level": beside.level,
        "code": said.code,
        "name": name,
        "names": {},
        "short_name": short,
        "type": said.type,
        "parent_id": beside.parent_id,
        "within": [*beside.within[:-1], said.code],
        "latitude": latitude,
        "longitude": longitude,
        "area_km2": km2,
        "valid": f"[{work.day.isoformat()},)",
        "words": words_of(name),
        "sort_key": sort_key(short),
    } | DECIDED


async def end_areas(work: Carrying, areas: Sequence[Area]) -> None:
    await work.end("areas", [row.row_id for area in areas for row in await periods_of(work, area.id)], stamp=DECIDED)


async def periods_of(work: Carrying, area_id: UUID) -> Sequence[Area]:
    return (await work.session.scalars(select(Area).where(Area.id == area_id, from_the_day(work.day, Area)).execution_options(populate_existing=True))).all()


async def below_follow(work: Carrying, former: dict[UUID, Area], new_id: UUID, within: list[str]) -> None:
    """What lies below is found under the new area from the day on."""
    changes = {}
    for area in former.values():
        below = select(Area).where(Area.within.contains([area.code]), Area.id != area.id, Area.id != new_id, from_the_day(work.day, Area))
        for row in await work.session.scalars(below.execution_options(populate_existing=True)):
            if row.within[: len(area.within)] == area.within:
                parent = new_id if row.parent_id == area.id else row.parent_id
                changes[row.row_id] = {"within": [*within, *row.within[len(area.within) :]], "parent_id": parent} | DECIDED
    await work.say("areas", changes, stamp=DECIDED)


async def cross(work: Carrying, lines: Sequence[tuple[Area, UUID, str, Decimal, bool, bool]]) -> None:
    """The lines of the crosswalk."""
    await work.insert(
        "area_changes",
        [
            {
                "from_id": former.id, "to_id": to_id, "kind": kind, "effective_on": work.day, "share": share, "is_main": is_main, "is_estimated": estimated,
                "legal_basis": work.legal_basis, "id": uuid7(),
            }
            for former, to_id, kind, share, is_main, estimated in lines
        ],
    )  # fmt: skip


async def facilities_in(work: Carrying, areas: Sequence[UUID]) -> Sequence[Facility]:
    """The periods of facilities that stand in these areas on the day or later."""
    return (await work.session.scalars(select(Facility).where(Facility.area_id.in_(areas), from_the_day(work.day, Facility)).execution_options(populate_existing=True))).all()


def whole(areas: Sequence[Area]) -> Decimal | None:
    """The surface of areas together, when each is known."""
    known = [area.area_km2 for area in areas if area.area_km2 is not None]
    return sum(known, Decimal(0)) if len(known) == len(areas) else None


def centre(areas: Sequence[Area], axis: str) -> Decimal | None:
    """The middle of areas, weighed by their surface where each is known."""
    points: list[Decimal] = [value for area in areas if (value := getattr(area, axis)) is not None]
    if len(points) < len(areas):
        return None
    weights = [area.area_km2 or Decimal(0) for area in areas] if whole(areas) else [Decimal(1)] * len(areas)
    return round(sum((point * weight for point, weight in zip(points, weights, strict=True)), Decimal(0)) / sum(weights, Decimal(0)), 5)


def share_of(area: Area, part: AreaPart) -> Decimal | None:
    return None if area.area_km2 is None else round(area.area_km2 * part.share, 2)


def words_of(*names: str) -> str:
    """The words by which names are found, as PostgreSQL writes a tsvector."""
    words = sorted(set().union(*map(search_words, names)))
    return " ".join("'" + word.replace("\\", "\\\\").replace("'", "''") + "'" for word in words)


# A health territory keeps what became of its areas.
_MEMBERS_FOLLOW = text("SELECT members_follow_areas(:day, CAST(:former AS uuid[]), CAST(:heirs AS uuid[]), :who)")
