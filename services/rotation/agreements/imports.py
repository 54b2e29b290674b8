"""Agreements from a file: those that two facilities had signed on paper before the register was opened here, one row per obligation."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.rotation.agreements.models import Agreement
from services.rotation.agreements.permissions import can_draft, can_enter_signed
from services.rotation.agreements.schemas import AgreementCreate, ObligationCreate
from services.rotation.agreements.use_cases import PaperAgreement, enter_agreements
from services.rotation.agreements.workflow import TERMINATED
from services.rotation.programmes.queries import programme_on
from services.rotation.visits.promises import month_of
from shared.auth import Caller
from shared.clock import judge_done_on, today
from shared.directory import Place, Work, places_on, works_of_numbers
from shared.errors import Problem
from shared.i18n import LANGUAGES, _, translate
from shared.imports import Column, Fault, Faults, Kind, Memory, Verdict, refused
from shared.imports.cells import date_of, facility_code_of, number_of, text_of, word_of
from shared.names import fold
from shared.words import MISSION_PROGRAMMES, SPECIALTIES

MODELS = {
    "comprehensive": ("hỗ trợ toàn diện", "soutien global", "comprehensive support"),
    "satellite": ("bệnh viện vệ tinh", "hôpital satellite", "satellite hospital"),
    "guidance": ("chỉ đạo tuyến", "direction technique de réseau", "guidance of the lower level"),
    "telehealth": ("khám chữa bệnh từ xa", "y tế từ xa", "télésanté"),
}
LONGEST_REFERENCE = 100
MOST_OBLIGATIONS = 40
_WORD = re.compile(r"[a-z0-9]+([_-][a-z0-9]+)*")
_SEPARATOR = re.compile(r"[\s;|,]+")


@dataclass(frozen=True, slots=True)
class ObligationLine:
    """What one agreement promises in one specialty. What is said of the agreement itself stands in each of its rows."""

    row: int
    reference: str
    giver_code: str
    receiver_code: str
    model: str
    programme: str
    number: str | None
    starts_on: date
    ends_on: date
    signed_on: date
    giver_contact_no: str | None
    receiver_contact_no: str | None
    followed_from: date | None
    specialty: str
    visits_per_month: int
    techniques: tuple[str, ...]

    @property
    def of_agreement(self) -> tuple[Any, ...]:
        """What every row of one agreement must say alike."""
        return tuple(getattr(self, name) for name in self.__slots__ if name not in ("row", "specialty", "visits_per_month", "techniques"))

    @property
    def pair(self) -> tuple[str, str, str]:
        return self.giver_code, self.receiver_code, self.model


def reference_of(cell: Any) -> str:
    value = text_of(cell)
    if len(value) > LONGEST_REFERENCE:
        raise Fault(_("This text is longer than {most} characters."), most=LONGEST_REFERENCE)
    return value


def word_or_code_of(words: Mapping[str, str]) -> Callable[[Any], str]:
    """A code of the list as a code or as its words in any language, or a code that the list does not know."""

    @cache
    def known() -> dict[str, str]:
        return {fold(word): code for code, text in words.items() for word in (text, *(translate(text, language) for language in LANGUAGES))}

    return lambda cell: known().get(fold(text_of(cell))) or code_of(cell)


def code_of(cell: Any) -> str:
    value = text_of(cell)
    if not _WORD.fullmatch(value.lower()) or len(value) > 60:
        raise Fault(_("“{written}” is not a code such as internal-medicine."), written=value[:60])
    return value.lower()


def codes_of(cell: Any) -> tuple[str, ...]:
    return tuple(code_of(word) for word in _SEPARATOR.split(text_of(cell)) if word)


def _visits_of(cell: Any) -> int:
    return int(number_of(Decimal(0), Decimal(31), 0)(cell))


COLUMNS = (
    Column("reference", reference_of, headings=("mã thỏa thuận", "référence de la convention")),
    Column("giver_code", facility_code_of, headings=("mã cơ sở hỗ trợ", "établissement qui soutient")),
    Column("receiver_code", facility_code_of, headings=("mã cơ sở nhận hỗ trợ", "établissement soutenu")),
    Column("model", word_of(MODELS), headings=("hình thức hỗ trợ", "hình thức", "modèle")),
    Column("programme", word_or_code_of(MISSION_PROGRAMMES), "comprehensive-support", ("chương trình", "programme de soutien")),
    Column("number", text_of, None, ("số thỏa thuận", "numéro de la convention")),
    Column("starts_on", date_of, headings=("từ ngày", "début")),
    Column("ends_on", date_of, headings=("đến ngày", "fin")),
    Column("signed_on", date_of, headings=("ngày ký", "signée le")),
    Column("giver_contact_no", text_of, None, ("mã đầu mối hỗ trợ", "matricule du correspondant qui soutient")),
    Column("receiver_contact_no", text_of, None, ("mã đầu mối nhận hỗ trợ", "matricule du correspondant soutenu")),
    Column("followed_from", date_of, None, ("theo dõi từ ngày", "suivie depuis le")),
    Column("specialty", word_or_code_of(SPECIALTIES), headings=("chuyên khoa", "spécialité")),
    Column("visits_per_month", _visits_of, headings=("số buổi mỗi tháng", "visites par mois")),
    Column("techniques", codes_of, (), ("kỹ thuật chuyển giao", "kỹ thuật", "techniques à transférer")),
)


def build(cells: Mapping[str, Any]) -> Mapping[str, Any]:
    """What one row says is possible by itself. Raises Faults."""
    wrong = []
    if cells["ends_on"] < cells["starts_on"]:
        wrong.append(("ends_on", Fault(_("The last day is before the first one."))))
    if cells["giver_code"] == cells["receiver_code"]:
        wrong.append(("receiver_code", Fault(_("A facility makes no agreement with itself."))))
    if cells["followed_from"] is not None and cells["followed_from"] > today():
        wrong.append(("followed_from", Fault(_("This day is still to come."))))
    if wrong:
        raise Faults(wrong)
    return cells


@dataclass(frozen=True)
class _Known:
    """What the register says about the agreements of some lines."""

    places: Mapping[tuple[str, date], Place]
    works: Mapping[tuple[str, str], Work]
    named: Mapping[tuple[str, str], Agreement]
    standing: Mapping[tuple[str, str, str], Sequence[Agreement]]

    @classmethod
    async def about(cls, session: AsyncSession, lines: Sequence[ObligationLine]) -> "_Known":
        places = await places_on(session, {(code, line.starts_on) for line in lines for code in (line.giver_code, line.receiver_code)})
        works = await works_of_numbers(session, [number for line in lines for number in (line.giver_contact_no, line.receiver_contact_no) if number], today())
        named = await session.scalars(select(Agreement).where(Agreement.reference.in_({line.reference for line in lines})))
        standing: dict[tuple[str, str, str], list[Agreement]] = {}
        pair = tuple_(Agreement.giver_code, Agreement.receiver_code, Agreement.model)
        last = func.coalesce(Agreement.ended_on, Agreement.ends_on)
        counted = (Agreement.state != TERMINATED) | (last >= Agreement.starts_on)
        for agreement in await session.scalars(select(Agreement).where(pair.in_({line.pair for line in lines}), counted)):
            standing.setdefault((agreement.giver_code, agreement.receiver_code, agreement.model), []).append(agreement)
        return cls(places, works, {(agreement.authority_path, agreement.reference or ""): agreement for agreement in named}, standing)

    def giver(self, line: ObligationLine) -> Place:
        return self.places[line.giver_code, line.starts_on]

    def recorded(self, line: ObligationLine) -> Agreement | None:
        return self.named.get((self.giver(line).authority_path, line.reference))

    def contact(self, code: str, number: str | None) -> Work | None:
        return self.works.get((code, number)) if number else None


def _says_the_same(agreement: Agreement, line: ObligationLine, known: _Known) -> bool:
    """The register holds this obligation of this agreement already, as the line says it."""
    giver, receiver = known.contact(line.giver_code, line.giver_contact_no), known.contact(line.receiver_code, line.receiver_contact_no)
    facts = ("giver_code", "receiver_code", "model", "programme", "number", "starts_on", "ends_on")
    return (
        all(getattr(agreement, name) == getattr(line, name) for name in facts)
        and agreement.giver_signed_on == agreement.receiver_signed_on == line.signed_on
        and (agreement.giver_contact, agreement.receiver_contact) == (giver and giver.person_id, receiver and receiver.person_id)
        and (line.specialty, line.visits_per_month, line.techniques) in [(each.specialty, each.visits_per_month, tuple(each.techniques)) for each in agreement.obligations]
    )


def _judge_agreement(caller: Caller, line: ObligationLine, known: _Known) -> Verdict | None:
    """What must hold before two facilities agree, as when it is entered by hand; nothing when it does."""
    for column, code in (("giver_code", line.giver_code), ("receiver_code", line.receiver_code)):
        if (code, line.starts_on) not in known.places:
            return Verdict.bad(line.row, column, _("No facility {code} exists on {day}."), code=code, day=line.starts_on.isoformat())
    sides = [(place.code, place.authority_path) for place in (known.giver(line), known.places[line.receiver_code, line.starts_on])]
    if (not_allowed := refused(line.row, "giver_code", can_draft(caller, *sides))) is not None:
        return not_allowed
    for column, code, number in (("giver_contact_no", line.giver_code, line.giver_contact_no), ("receiver_contact_no", line.receiver_code, line.receiver_contact_no)):
        if number and known.contact(code, number) is None:
            return Verdict.bad(line.row, column, _("No worker {number} works at {facility} today."), number=number, facility=code)
    try:
        programme_on(line.programme, line.giver_code, line.starts_on)
    except Problem as problem:
        field = problem.fields[0]
        return Verdict.bad(line.row, "programme", field.reason, **field.values)
    try:
        judge_done_on(caller, line.signed_on)
    except Problem as problem:
        reason, values = (problem.fields[0].reason, problem.fields[0].values) if problem.fields else (problem.detail, problem.values)
        return Verdict.bad(line.row, "signed_on", reason, **values)
    return None


def _judge_period(line: ObligationLine, known: _Known, memory: Memory) -> Verdict | None:
    """One agreement of a model at a time between two facilities, in the register and in the file (AGR-ONE)."""
    held = [(each.starts_on, each.ended_on or each.ends_on) for each in known.standing.get(line.pair, ())]
    said = memory.kept.setdefault(("periods", *line.pair), [])
    if any(first <= line.ends_on and last >= line.starts_on for first, last in [*held, *said]):
        return Verdict.bad(line.row, "starts_on", _("These two facilities already have an agreement of this model in this period."))
    said.append((line.starts_on, line.ends_on))
    return None


async def judge(session: AsyncSession, caller: Caller, lines: Sequence[ObligationLine], memory: Memory) -> list[Verdict]:
    """The parties are known, the caller may enter what they signed, and nothing else stands between them; the same agreement again is no change."""
    known = await _Known.about(session, lines)

    def judge_line(line: ObligationLine) -> Verdict:
        if (again := memory.again(line, (line.reference, line.specialty))) is not None:
            return again
        first: ObligationLine = (memory.kept.setdefault(("agreement", line.reference), []) or [line])[0]
        if first.of_agreement != line.of_agreement:
            return Verdict.bad(line.row, "reference", _("Row {other} says something else about this agreement."), other=first.row)
        rows = memory.kept["agreement", line.reference]
        if (wrong := _judge_agreement(caller, line, known)) is not None:
            return wrong
        recorded = known.recorded(line)
        if recorded is not None:
            if _says_the_same(recorded, line, known):
                return Verdict.recorded(line)
            return Verdict.bad(line.row, "reference", _("The agreement {reference} is already recorded otherwise."), reference=line.reference)
        if not rows and (wrong := _judge_period(line, known, memory)) is not None:
            return wrong
        rows.append(line)
        if len(rows) > MOST_OBLIGATIONS:
            return Verdict.bad(line.row, "reference", _("An agreement has {most} obligations at most."), most=MOST_OBLIGATIONS)
        return Verdict.good(line)

    return [judge_line(line) for line in lines]


async def write(session: AsyncSession, caller: Caller, lines: Sequence[ObligationLine]) -> None:
    """The good lines become agreements that stand, with what they promise from now on."""
    known = await _Known.about(session, lines)
    rows: dict[str, list[ObligationLine]] = {}
    for line in lines:
        rows.setdefault(line.reference, []).append(line)
    await enter_agreements(session, caller, [_paper(known, of_one) for of_one in rows.values()])


def _paper(known: _Known, rows: Sequence[ObligationLine]) -> PaperAgreement:
    line = rows[0]
    giver, receiver = known.contact(line.giver_code, line.giver_contact_no), known.contact(line.receiver_code, line.receiver_contact_no)
    body = AgreementCreate.model_validate(
        {
            **{name: getattr(line, name) for name in ("reference", "giver_code", "receiver_code", "model", "programme", "number", "starts_on", "ends_on", "signed_on")},
            "giver_contact": giver and giver.person_id,
            "receiver_contact": receiver and receiver.person_id,
            "obligations": [ObligationCreate(specialty=each.specialty, visits_per_month=each.visits_per_month, techniques=list(each.techniques)) for each in rows],
        }
    )
    return PaperAgreement(body, known.giver(line), known.places[line.receiver_code, line.starts_on], month_of(line.followed_from or today()))


KINDS = [Kind("agreements", COLUMNS, ObligationLine, judge, write, can_enter_signed, build, whole="reference")]
