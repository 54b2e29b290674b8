"""The columns of each kind of import: their headings in three languages, whether they must be filled, and how to read them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from services.registry.facilities.vocabulary import LEVELS, OWNERSHIPS, REMOTENESS, TYPES
from services.registry.imports.cells import (
    Fault,
    Reader,
    birth_of,
    date_of,
    facility_code_of,
    name_of,
    number_of,
    text_of,
    truth_of,
    word_of,
    written,
    year_of,
)
from services.registry.imports.lines import AssignmentLine, FacilityLine, Line, PersonLine, PostLine
from services.registry.imports.tables import Row
from shared.errors import FieldError, Malformed
from shared.i18n import _
from shared.names import fold

SEXES = {
    "female": ("f", "nữ", "femme", "féminin", "woman"),
    "male": ("m", "nam", "homme", "h", "masculin", "man"),
    "other": ("khác", "autre"),
    "unknown": ("không rõ", "inconnu"),
}
EMPLOYMENTS = {
    "civil_servant": ("công chức", "fonctionnaire"),
    "public_employee": ("viên chức", "agent public", "public employee"),
    "contract_fixed": ("hợp đồng", "hợp đồng có thời hạn", "cdd", "fixed-term contract"),
    "contract_open": ("hợp đồng không xác định thời hạn", "cdi", "open-ended contract"),
    "resident": ("bác sĩ nội trú", "interne en résidanat"),
    "intern": ("thực hành", "stagiaire"),
    "secondee_in": ("biệt phái", "détaché"),
    "private": ("tư nhân", "privé", "ngoài công lập"),
    "volunteer": ("tình nguyện", "bénévole"),
}
STATUSES = {
    "confirmed": ("active", "đang làm việc", "chính thức", "titulaire", "actif", "en poste"),
    "probation": ("tập sự", "thử việc", "stage probatoire"),
    "suspended": ("tạm đình chỉ", "suspendu"),
}
KINDS = {
    "primary": ("chính", "principal", "main"),
    "concurrent": ("kiêm nhiệm", "cumul", "cumulé"),
    "acting": ("phụ trách", "intérim", "quyền"),
    "mission": ("công tác",),
    "secondment": ("biệt phái", "détachement"),
    "training_leave": ("đi học", "congé de formation"),
}
SHARE = number_of(Decimal("0.001"), Decimal(1), 3)


@dataclass(frozen=True)
class Column:
    """A column: its name, how to read a filled cell, and what an empty one means (`...`: it must be filled)."""

    name: str
    read: Reader
    empty: Any = ...
    headings: tuple[str, ...] = ()
    must_stand: bool | None = None  # in the file; by default when it must be filled

    @property
    def is_mandatory(self) -> bool:
        return self.empty is ... if self.must_stand is None else self.must_stand


FACILITY_COLUMNS = (
    Column("code", facility_code_of, headings=("mã cơ sở", "code de l'établissement")),
    Column("name", name_of, headings=("tên", "tên cơ sở", "nom")),
    Column("type", word_of(TYPES), headings=("loại hình", "loại", "type d'établissement")),
    Column("level", word_of(LEVELS), headings=("tuyến", "cấp", "niveau")),
    Column("ownership", word_of(OWNERSHIPS), "public", ("sở hữu", "statut juridique")),
    Column("area_code", text_of, headings=("mã đơn vị hành chính", "mã xã", "code de la commune")),
    Column("authority", facility_code_of, headings=("cơ quan quản lý", "autorité")),
    Column("technical_supervisor", facility_code_of, None, ("chỉ đạo chuyên môn", "tutelle technique")),
    Column("host", facility_code_of, None, ("đơn vị chủ quản", "hôte")),
    Column("remoteness", word_of(REMOTENESS), "none", ("vùng", "éloignement")),
    Column("tier", text_of, None, ("nhóm", "groupe")),
    Column("valid_from", date_of, headings=("từ ngày", "ouvert le", "depuis le")),
    Column("valid_to", date_of, None, ("đến ngày", "fermé le", "jusqu'au")),
    Column("latitude", number_of(Decimal(-90), Decimal(90), 5), None, ("vĩ độ",)),
    Column("longitude", number_of(Decimal(-180), Decimal(180), 5), None, ("kinh độ",)),
)
PERSON_COLUMNS = (
    Column("worker_no", text_of, headings=("mã nhân viên", "số hiệu", "matricule")),
    Column("full_name", name_of, headings=("họ và tên", "họ tên", "nom complet", "nom et prénom")),
    Column("birth_date", birth_of, headings=("ngày sinh", "năm sinh", "date de naissance", "naissance")),
    Column("sex", word_of(SEXES), headings=("giới tính", "sexe")),
    Column("occupation_code", text_of, headings=("chức danh", "chức danh nghề nghiệp", "profession", "occupation")),
    Column("specialty", text_of, None, ("chuyên khoa", "chuyên ngành", "spécialité")),
    Column("degree", text_of, None, ("trình độ", "bằng cấp", "diplôme")),
    Column("degree_institution", text_of, None, ("nơi đào tạo", "établissement du diplôme")),
    Column("degree_year", year_of, None, ("năm tốt nghiệp", "année du diplôme")),
    Column("facility_code", facility_code_of, headings=("mã cơ sở", "mã đơn vị", "code de l'établissement")),
    Column("employment_type", word_of(EMPLOYMENTS), "public_employee", ("hình thức", "loại hợp đồng", "type d'emploi")),
    Column("start_date", date_of, headings=("ngày bắt đầu", "ngày vào làm", "date de début", "entrée")),
    Column("status", word_of(STATUSES), "confirmed", ("trạng thái", "statut")),
)
POST_COLUMNS = (
    Column("reference", text_of, headings=("mã vị trí", "référence")),
    Column("facility_code", facility_code_of, headings=("mã cơ sở", "mã đơn vị", "code de l'établissement")),
    Column("unit", text_of, None, ("khoa phòng", "khoa", "service", "unité")),
    Column("job_position", text_of, None, ("vị trí việc làm", "emploi")),
    Column("occupation_code", text_of, headings=("chức danh", "profession", "occupation")),
    Column("specialty", text_of, None, ("chuyên khoa", "chuyên ngành", "spécialité")),
    Column("fte", number_of(Decimal("0.001"), Decimal(999), 3), Decimal(1), ("định mức", "etp")),
    Column("open_from", date_of, headings=("từ ngày", "ouvert le")),
    Column("close_to", date_of, None, ("đến ngày", "fermé le")),
    Column("is_management", truth_of, False, ("quản lý", "encadrement")),
)
ASSIGNMENT_COLUMNS = (
    Column("worker_no", text_of, headings=("mã nhân viên", "số hiệu", "matricule")),
    Column("post_reference", text_of, None, ("mã vị trí", "référence du poste")),
    Column("facility_code", facility_code_of, headings=("mã cơ sở", "mã đơn vị", "code de l'établissement")),
    Column("kind", word_of(KINDS), "primary", ("loại", "nature")),
    Column("fte_share", SHARE, Decimal(1), ("tỷ lệ", "quotité")),
    Column("start_date", date_of, headings=("ngày bắt đầu", "date de début")),
    Column("end_date", date_of, None, ("ngày kết thúc", "date de fin")),
    Column("decision_number", text_of, None, ("số quyết định", "numéro de décision")),
)


def build_facility(row: int, cells: Mapping[str, Any]) -> FacilityLine:
    refuse_end_before_start(cells, "valid_from", "valid_to")
    return FacilityLine(row=row, **cells)


def build_person(row: int, cells: Mapping[str, Any]) -> PersonLine:
    born, year = cells["birth_date"]
    if cells["start_date"].year < year + 14:
        raise Faults([("start_date", Fault(_("The person would have started before the age of 14: one of the two dates is wrong.")))])
    return PersonLine(row=row, **{**cells, "birth_date": born}, birth_year=year)


def build_post(row: int, cells: Mapping[str, Any]) -> PostLine:
    refuse_end_before_start(cells, "open_from", "close_to")
    return PostLine(row=row, **cells)


def build_assignment(row: int, cells: Mapping[str, Any]) -> AssignmentLine:
    refuse_end_before_start(cells, "start_date", "end_date")
    return AssignmentLine(row=row, **cells)


class Faults(Exception):
    """What is wrong with a line: columns and reasons."""

    def __init__(self, found: Sequence[tuple[str, Fault]]) -> None:
        super().__init__()
        self.found = found


def refuse_end_before_start(cells: Mapping[str, Any], start: str, end: str) -> None:
    if cells[end] is not None and cells[end] < cells[start]:
        raise Faults([(end, Fault(_("The last day is before the first one.")))])


@dataclass(frozen=True)
class Kind:
    """One kind of import."""

    name: str
    columns: tuple[Column, ...]
    build: Callable[[int, Mapping[str, Any]], Line]
    line: type[Line]


KINDS_OF_IMPORT = {
    "facilities": Kind("facilities", FACILITY_COLUMNS, build_facility, FacilityLine),
    "people": Kind("people", PERSON_COLUMNS, build_person, PersonLine),
    "posts": Kind("posts", POST_COLUMNS, build_post, PostLine),
    "assignments": Kind("assignments", ASSIGNMENT_COLUMNS, build_assignment, AssignmentLine),
}


@dataclass(frozen=True)
class Heading:
    """Where each column stands, and which headings mean nothing here."""

    row: int
    places: Mapping[str, int]
    ignored: Sequence[str]
    twice: Sequence[str]


LAST_ROW_OF_HEADING = 10


def find_heading(kind: Kind, rows: Sequence[Row]) -> Heading:
    """The row among the first ones that has the headings; titles above it do not matter. Raises Malformed: wrong columns come first."""
    if not rows:
        raise Malformed.field("file", _("The file is empty."))
    headings = [heading_of(kind, row) for row in rows]
    best = max(headings, key=lambda heading: len(heading.places))
    missing = [column.name for column in kind.columns if column.is_mandatory and column.name not in best.places]
    if missing or best.twice:
        raise Malformed(
            [FieldError(name, _("This column is missing from the headings of the file.")) for name in missing]
            + [FieldError(name, _("Two columns of the file have this heading.")) for name in best.twice]
        )
    return best


def heading_of(kind: Kind, row: Row) -> Heading:
    meant = {fold(word.replace("_", " ")): column.name for column in kind.columns for word in (column.name, *column.headings)}
    places: dict[str, int] = {}
    ignored, twice = [], []
    for place, cell in enumerate(row[1]):
        said = written(cell)
        name = meant.get(fold(said.replace("_", " ").rstrip("*")))
        if name is None:
            if said:
                ignored.append(said[:100])
        elif name in places:
            twice.append(name)
        else:
            places[name] = place
    return Heading(row[0], places, ignored, twice)


def read_line(kind: Kind, heading: Heading, row: Row) -> Line | None:
    """A typed line, or nothing when the row is empty. Raises Faults with every wrong cell."""
    number, cells = row
    if all(cell is None or cell == "" or (isinstance(cell, str) and not cell.strip()) for cell in cells):
        return None
    values: dict[str, Any] = {}
    wrong: list[tuple[str, Fault]] = []
    for column in kind.columns:
        place = heading.places.get(column.name)
        cell = cells[place] if place is not None and place < len(cells) else None
        try:
            if written(cell) == "":
                if column.empty is ...:
                    raise Fault(_("This must be filled."))
                values[column.name] = column.empty
            else:
                values[column.name] = column.read(cell)
        except Fault as fault:
            wrong.append((column.name, fault))
    if wrong:
        raise Faults(wrong)
    return kind.build(number, values)
