"""Licences from a file: the licensing authority's own list, as opening balance or yearly mirror."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.directory import places
from services.registry.licences.events import LicenceRecorded
from services.registry.licences.models import ACTIVE, Licence
from services.registry.licences.permissions import can_keep_licence, can_keep_licences
from services.registry.licences.schemas import Correction, Renewal
from services.registry.licences.use_cases import correct_licence, first_period, renew_licence, tell_dues
from services.registry.visibility import authority_of
from shared.audit import record_audits
from shared.auth import Caller, require
from shared.clock import now, today
from shared.events import record_events
from shared.i18n import _
from shared.ids import uuid7
from shared.imports import Column, Kind, Memory, Verdict, refuse_end_before_start, refused
from shared.imports.cells import date_of, facility_code_of, text_of, word_of
from shared.imports.changing import change_each, judged_change, reason_of_file

STATUSES = {"active": ("còn hiệu lực", "en vigueur", "valide")}
SOURCE = "import"
_SEPARATOR = re.compile(r"\s*[;|]\s*")


@dataclass(frozen=True, slots=True)
class LicenceLine:
    """One licence that stands; a suspended or revoked one is entered by hand, with its decision."""

    row: int
    worker_no: str
    facility_code: str
    number: str
    authority: str
    scope: tuple[str, ...]
    issued_on: date
    expires_on: date | None
    status: str


def scope_of(cell: Any) -> tuple[str, ...]:
    return tuple(word for word in _SEPARATOR.split(text_of(cell)) if word)


COLUMNS = (
    Column("worker_no", text_of, headings=("mã nhân viên", "số hiệu", "matricule")),
    Column("facility_code", facility_code_of, headings=("mã cơ sở", "mã đơn vị", "code de l'établissement")),
    Column("number", text_of, headings=("số giấy phép", "số chứng chỉ", "numéro")),
    Column("authority", text_of, headings=("nơi cấp", "cơ quan cấp", "autorité")),
    Column("scope", scope_of, headings=("phạm vi hành nghề", "phạm vi", "champ d'exercice")),
    Column("issued_on", date_of, headings=("ngày cấp", "délivré le")),
    Column("expires_on", date_of, None, ("ngày hết hạn", "expire le")),
    Column("status", word_of(STATUSES), "active", ("trạng thái", "statut")),
)


def build(cells: Mapping[str, Any]) -> Mapping[str, Any]:
    refuse_end_before_start(cells, "issued_on", "expires_on")
    return cells


async def judge(session: AsyncSession, caller: Caller, lines: Sequence[LicenceLine], memory: Memory) -> list[Verdict]:
    """The worker is known at an authority of the caller, and the number is not another's."""
    facilities = await places(session, {line.facility_code for line in lines})
    owners = {code: authority_of(place.authority_path) for code, place in facilities.items()}
    workers = await workers_of(session, owners, lines)
    found = await session.scalars(select(Licence).where(tuple_(Licence.authority, Licence.number).in_([(line.authority, line.number) for line in lines])))
    recorded = {(one.authority, one.number): one for one in found}

    def judge_line(line: LicenceLine) -> Verdict:
        place = facilities.get(line.facility_code)
        if place is None:
            return Verdict.bad(line.row, "facility_code", _("There is no facility {code} in the register."), code=line.facility_code)
        if (not_allowed := refused(line.row, "facility_code", can_keep_licence(caller, place.authority_path))) is not None:
            return not_allowed
        person = workers.get((owners[line.facility_code], line.worker_no))
        if person is None:
            return Verdict.bad(line.row, "worker_no", _("There is no worker {number}; import the people first."), number=line.worker_no)
        if (again := memory.again(line, (line.authority, line.number))) is not None:
            return again
        known = recorded.get((line.authority, line.number))
        if known is not None and memory.may_change:
            before = {"scope": list(known.scope), "issued_on": known.issued_on, "expires_on": known.expires_on}
            after = {"scope": list(line.scope), "issued_on": line.issued_on, "expires_on": line.expires_on}
            return judged_change(line, memory.filled.get(line.row, frozenset()), before, after, {"worker_no": known.person_id == person.id}, known.id)
        if known is not None:
            if (known.person_id, tuple(known.scope), known.issued_on, known.expires_on) == (person.id, line.scope, line.issued_on, line.expires_on):
                return Verdict.recorded(line)
            return Verdict.bad(line.row, "number", _("The licence {number} is already recorded otherwise; renew it by hand."), number=line.number)
        return Verdict.good(line)

    return [judge_line(line if isinstance(line.scope, tuple) else replace(line, scope=tuple(line.scope))) for line in lines]


async def workers_of(session: AsyncSession, owners: Mapping[str, str], lines: Sequence[LicenceLine]) -> dict[tuple[str, str], Any]:
    """The person of each worker number of the authorities that manage the facilities, with who may see the person."""
    rows = await session.execute(
        text(
            "SELECT w.numbered_by, w.worker_no, p.id, p.authority_path::text AS path, p.shared_with FROM workers w JOIN persons p ON p.id = w.person_id "
            "WHERE w.numbered_by = ANY(:owners) AND w.worker_no = ANY(:numbers)"
        ),
        {"owners": sorted(set(owners.values())), "numbers": [line.worker_no for line in lines]},
    )
    return {(row.numbered_by, row.worker_no): row for row in rows}


async def write(session: AsyncSession, caller: Caller, lines: Sequence[LicenceLine]) -> None:
    """The good lines become licences, set-wise; those that end soon fall due."""
    require(can_keep_licences(caller))
    facilities = await places(session, {line.facility_code for line in lines})
    owners = {code: authority_of(place.authority_path) for code, place in facilities.items()}
    workers = await workers_of(session, owners, lines)
    day, at = today(), now()
    written = []
    for line in lines:
        person = workers[owners[line.facility_code], line.worker_no]
        written.append(
            Licence(
                id=uuid7(),
                reference=None,
                content_hash=b"",
                authority_path=person.path,
                shared_with=person.shared_with,
                state=ACTIVE,
                person_id=person.id,
                number=line.number,
                authority=line.authority,
                scope=list(line.scope),
                issued_on=line.issued_on,
                expires_on=line.expires_on,
                source=SOURCE,
                checked_at=at,
                recorded_by=caller.actor,
                done_on=min(line.issued_on, day),
                due_told=False,
                version=1,
                acts=[],
                periods=[],
            )
        )
        written[-1].periods.append(first_period(written[-1]))
    session.add_all(written)
    await session.flush()
    record_events(session, [LicenceRecorded.about(licence) for licence in written])
    await tell_dues(session, written)
    await record_audits(session, caller, "licence.recorded", "licence", [(licence.id, None, {"expires_on": licence.expires_on, "source": SOURCE}) for licence in written])


async def change(session: AsyncSession, caller: Caller, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """A later last day renews the licence; whatever else the authority's own list says otherwise puts right what was written wrongly."""

    async def act(verdict: Verdict) -> None:
        changes = verdict.changes or {}
        said: dict[str, Any] = {name: after for name, (_before, after) in changes.items()}
        before, after = changes.get("expires_on", (None, None))
        if "issued_on" not in changes and before is not None and after > before:
            await renew_licence(session, caller=caller, licence_id=verdict.about, body=Renewal(**said))
        else:
            await correct_licence(session, caller=caller, licence_id=verdict.about, body=Correction(reason=reason_of_file(), **said))

    return await change_each(session, verdicts, act)


KINDS = [Kind("licences", COLUMNS, LicenceLine, judge, write, can_keep_licences, build, change=change)]
