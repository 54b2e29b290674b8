"""The columns of each kind of import: their headings in three languages, whether they must be filled, and how to read them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from services.registry.facilities.vocabulary import LEVELS, OWNERSHIPS, REMOTENESS, TYPES
from shared.i18n import _
from shared.imports import Column, Fault, Faults, refuse_end_before_start
from shared.imports.cells import birth_of, date_of, facility_code_of, name_of, number_of, text_of, truth_of, word_of, year_of

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
    Column("name_in_other_script", name_of, None, ("tên bằng chữ viết khác", "الاسم الكامل", "nom en arabe")),
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
    Column("over_filled", truth_of, False, ("vượt biên chế", "en surnombre")),
)


def build_facility(cells: Mapping[str, Any]) -> Mapping[str, Any]:
    refuse_end_before_start(cells, "valid_from", "valid_to")
    return cells


def build_person(cells: Mapping[str, Any]) -> Mapping[str, Any]:
    born, year = cells["birth_date"]
    if cells["start_date"].year < year + 14:
        raise Faults([("start_date", Fault(_("The person would have started before the age of 14: one of the two dates is wrong.")))])
    return {**cells, "birth_date": born, "birth_year": year}


def build_post(cells: Mapping[str, Any]) -> Mapping[str, Any]:
    refuse_end_before_start(cells, "open_from", "close_to")
    return cells


def build_assignment(cells: Mapping[str, Any]) -> Mapping[str, Any]:
    refuse_end_before_start(cells, "start_date", "end_date")
    return cells
