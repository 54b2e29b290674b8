"""The closed lists of a facility, with the words by which people write them in a spreadsheet."""

TYPES: dict[str, tuple[str, ...]] = {
    "hospital": (
        *("hôpital", "hôpital général", "bệnh viện", "bệnh viện đa khoa", "general hospital", "general_hospital"),
        *("centre hospitalier", "chu", "chr", "chp", "hôpital de proximité", "centre hospitalier régional", "centre hospitalier provincial", "centre hospitalier universitaire"),
    ),
    "specialised_hospital": ("hôpital spécialisé", "hôpital psychiatrique", "bệnh viện chuyên khoa", "specialised hospital", "specialized hospital"),
    "health_centre": ("centre de santé", "centre médical", "trung tâm y tế", "health centre", "health center", "medical centre", "district_health_centre"),
    "primary_centre": (
        *("centre de soins de santé primaires", "essp", "centre de santé urbain", "centre de santé rural", "csu", "csr", "csu1", "csu2", "csr1", "csr2", "dispensaire rural"),
        *("maison de santé", "maison de santé pluriprofessionnelle", "msp", "cơ sở chăm sóc sức khỏe ban đầu", "primary health centre", "primary care centre"),
    ),
    "polyclinic": ("polyclinique", "phòng khám đa khoa", "phòng khám đa khoa khu vực"),
    "station": ("poste de santé", "station de santé", "trạm y tế", "health station", "commune station", "commune_station", "commune_health_station"),
    "clinic": ("cabinet", "clinique", "phòng khám"),
    "pharmacy": ("pharmacie", "nhà thuốc", "quầy thuốc", "drugstore"),
    "prevention_centre": ("centre de prévention", "trung tâm kiểm soát bệnh tật", "prevention centre", "centre for disease control", "cdc"),
    "training_institute": ("institut de formation", "trường", "training institute", "ispits", "ifsi", "ifas", "université", "trường đại học"),
    "care_home": ("ehpad", "maison de retraite", "viện dưỡng lão", "care home", "nursing home"),
    "home_care": ("ssiad", "soins à domicile", "chăm sóc tại nhà", "home care"),
    "health_network": ("cpts", "communauté professionnelle territoriale de santé", "mạng lưới y tế", "health network"),
    "association": ("association", "hội", "non-profit"),
    "authority": (
        "administration",
        "sở y tế",
        "cơ quan quản lý",
        "health department",
        "délégation",
        "direction régionale de la santé",
        "ars",
        "communauté de communes",
        "conseil départemental",
    ),
    "other": ("autre", "khác"),
}
LEVELS: dict[str, tuple[str, ...]] = {
    "central": ("trung ương", "national"),
    "regional": ("région", "régional", "vùng", "region"),
    "province": ("tỉnh", "provincial"),
    "district": ("huyện",),
    "area": ("khu vực", "secteur"),
    "commune": ("xã", "phường", "communal"),
}
OWNERSHIPS: dict[str, tuple[str, ...]] = {
    "public": ("công", "công lập", "nhà nước", "state"),
    "private": ("privé", "tư", "tư nhân", "ngoài công lập"),
    "private_non_profit": ("privé non lucratif", "phi lợi nhuận", "private non-profit", "espic"),
    "army": ("armée", "quân đội", "quân y", "military"),
}
REMOTENESS: dict[str, tuple[str, ...]] = {
    "none": ("", "aucun", "không", "normal", "ordinary"),
    "rural": ("nông thôn",),
    "mountain": ("montagne", "miền núi", "vùng cao", "mountainous"),
    "border": ("frontière", "biên giới"),
    "island": ("île", "hải đảo", "đảo"),
    "isolated": ("isolé", "vùng sâu vùng xa", "đặc biệt khó khăn", "remote"),
}
