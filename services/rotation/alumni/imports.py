"""The register of those who were trained before, from a file: few fields; names stay in the registry, where each person has a reference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.rotation.agreements.imports import reference_of, word_or_code_of
from services.rotation.agreements.permissions import can_enter_signed
from services.rotation.alumni.use_cases import OUTCOMES as STATES
from services.rotation.placements.events import PlacementEntered
from services.rotation.placements.models import Placement
from services.rotation.sides import may_act_for, shared_along
from shared.audit import record_audits
from shared.auth import Caller
from shared.clients import ask
from shared.clock import today
from shared.directory import Place, places_on
from shared.events import record_events
from shared.i18n import _
from shared.ids import uuid7
from shared.imports import Column, Fault, Faults, Kind, Memory, Verdict, refuse_end_before_start, refused
from shared.imports.cells import date_of, facility_code_of, text_of, word_of
from shared.words import SPECIALTIES

AT_ONCE = 200
PURPOSES = {"return": ("về nước", "retour"), "migration": ("di cư", "ở lại", "migration")}
OUTCOMES = {"back": ("đã về", "revenu", "revenue", "returned"), "away": ("không về", "resté", "restée", "stayed"), "unknown": ("không rõ", "inconnu", "inconnue")}


@dataclass(frozen=True, slots=True)
class AlumnusLine:
    """One stay of the past."""

    row: int
    reference: str
    person_reference: str
    home_code: str
    host_code: str
    host_unit: str | None
    field: str
    starts_on: date
    ends_on: date
    purpose: str
    outcome: str
    informed_on: date | None
    opted_out_on: date | None
    today_post: str | None
    today_place: str | None
    today_on: date | None


COLUMNS = (
    Column("reference", reference_of, headings=("mã lượt đào tạo", "référence du séjour")),
    Column("person_reference", reference_of, headings=("mã cá nhân", "référence de la personne")),
    Column("home_code", facility_code_of, headings=("mã cơ sở cử đi", "établissement d'origine")),
    Column("host_code", facility_code_of, headings=("mã cơ sở tiếp nhận", "établissement d'accueil")),
    Column("host_unit", text_of, None, ("khoa tiếp nhận", "service d'accueil")),
    Column("field", word_or_code_of(SPECIALTIES), headings=("chuyên ngành", "spécialité")),
    Column("starts_on", date_of, headings=("từ ngày", "début")),
    Column("ends_on", date_of, headings=("đến ngày", "fin")),
    Column("purpose", word_of(PURPOSES), "return", ("mục đích", "but")),
    Column("outcome", word_of(OUTCOMES), "unknown", ("sau đào tạo", "suite du séjour")),
    Column("informed_on", date_of, None, ("ngày thông báo", "informé le")),
    Column("opted_out_on", date_of, None, ("ngày rút tên", "retiré le")),
    Column("today_post", text_of, None, ("chức vụ hiện nay", "poste actuel")),
    Column("today_place", text_of, None, ("nơi làm việc hiện nay", "lieu actuel")),
    Column("today_on", date_of, None, ("biết vào ngày", "connu le")),
)


def build(cells: Mapping[str, Any]) -> Mapping[str, Any]:
    """What one row says is possible by itself. Raises Faults."""
    refuse_end_before_start(cells, "starts_on", "ends_on")
    wrong = []
    if cells["ends_on"] >= today():
        wrong.append(("ends_on", Fault(_("The register holds stays that are over."))))
    if cells["home_code"] == cells["host_code"]:
        wrong.append(("host_code", Fault(_("Nobody is sent to the facility from which they come."))))
    told = [name for name in ("today_post", "today_place", "today_on") if cells[name] is not None]
    if told and (cells["informed_on"] is None or cells["opted_out_on"] is not None):
        wrong.append((told[0], Fault(_("What people do today is kept of those who were told of the register and stay in it."))))
    if wrong:
        raise Faults(wrong)
    return cells


async def persons_named(caller: Caller, references: Sequence[str]) -> dict[str, tuple[UUID, str]]:
    """Who these references name in the registry, with the name as the caller reads it."""
    found: dict[str, tuple[UUID, str]] = {}
    for start in range(0, len(references), AT_ONCE):
        answer = await ask(caller, "POST", "/api/v1/registry/persons/lookup", json={"references": list(references[start : start + AT_ONCE])})
        found |= {item["reference"]: (UUID(item["id"]), item["name"]) for item in (answer or {"items": []})["items"]}
    return found


async def judge(session: AsyncSession, caller: Caller, lines: Sequence[AlumnusLine], memory: Memory) -> list[Verdict]:
    """The person is in the registry, both facilities stood, the caller acts for the home; the same stay again is no change."""
    people = await persons_named(caller, sorted({line.person_reference for line in lines})) if caller.token else {}
    places = await places_on(session, {(code, line.starts_on) for line in lines for code in (line.home_code, line.host_code)})
    known = {one.reference: one for one in await session.scalars(select(Placement).where(Placement.reference.in_({line.reference for line in lines})))}

    def judge_line(line: AlumnusLine) -> Verdict:
        if (again := memory.again(line, line.reference)) is not None:
            return again
        if not caller.token:
            return Verdict.bad(
                line.row, None, _("This kind of file is checked while you wait, because the registry is asked as you. Send it again without leaving it to the worker.")
            )
        for column, code in (("home_code", line.home_code), ("host_code", line.host_code)):
            if (code, line.starts_on) not in places:
                return Verdict.bad(line.row, column, _("No facility {code} exists on {day}."), code=code, day=line.starts_on.isoformat())
        home = places[line.home_code, line.starts_on]
        if (not_allowed := refused(line.row, "home_code", may_act_for(caller, (home.code, home.authority_path)))) is not None:
            return not_allowed
        if line.person_reference not in people:
            return Verdict.bad(line.row, "person_reference", _("No person {reference} is in the registry; import the people first."), reference=line.person_reference)
        if (recorded := known.get(line.reference)) is not None:
            if (recorded.starts_on, recorded.ends_on, recorded.person_id) == (line.starts_on, line.ends_on, people[line.person_reference][0]):
                return Verdict.recorded(line)
            return Verdict.bad(line.row, "reference", _("The stay {reference} is already recorded otherwise."), reference=line.reference)
        return Verdict.good(line)

    return [judge_line(line) for line in lines]


async def write(session: AsyncSession, caller: Caller, lines: Sequence[AlumnusLine]) -> None:
    """The good lines become stays that are over: set-wise. The host reads the name of those who were told."""
    people = await persons_named(caller, sorted({line.person_reference for line in lines}))
    places = await places_on(session, {(code, line.starts_on) for line in lines for code in (line.home_code, line.host_code)})
    found = [_entered(caller, line, people[line.person_reference], places) for line in lines]
    session.add_all(found)
    await session.flush()
    day = today()
    record_events(session, [PlacementEntered.about(one, day) for one in found])
    await record_audits(session, caller, "placement.entered", "placement", [(one.id, None, {"reference": one.reference, "state": one.state}) for one in found], done_on=day)


def _entered(caller: Caller, line: AlumnusLine, person: tuple[UUID, str], places: Mapping[tuple[str, date], Place]) -> Placement:
    home, host = places[line.home_code, line.starts_on], places[line.host_code, line.starts_on]
    named = line.informed_on is not None and line.opted_out_on is None
    names = ("reference", "home_code", "host_code", "host_unit", "field", "starts_on", "ends_on", "purpose", "informed_on", "opted_out_on", "today_post", "today_place", "today_on")
    return Placement(
        **{name: getattr(line, name) for name in names},
        id=uuid7(),
        content_hash=b"",
        authority_path=home.authority_path,
        shared_with=shared_along(home.authority_path, host.authority_path),
        person_id=person[0],
        person_name=person[1] if named else None,
        host_path=host.authority_path,
        ended_on=line.ends_on,
        state=STATES[line.outcome],
        from_register=True,
        applied_by=caller.actor,
        applied_on=today(),
        papers=[],
        people=[],
    )


KINDS = [Kind("alumni", COLUMNS, AlumnusLine, judge, write, can_enter_signed, build)]
