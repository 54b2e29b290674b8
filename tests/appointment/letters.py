"""What each kind of decision is asked with: the bases, the facts and the last day, as the services send them."""

from typing import Any

BASIS = "Decree 115/2020/NĐ-CP as amended by Decree 85/2023/NĐ-CP (term of office of managers of public units)"
POST = {"position": "Phó giám đốc Bệnh viện Đa khoa tỉnh Quảng Ninh", "unit": None}

KINDS: dict[str, tuple[list[str], dict[str, Any], str | None]] = {
    "hire": (
        ["Resolution 28/2023/NQ-HĐND of the People's Council of Quang Ninh, 8 December 2023; amounts as reported by the press, December 2023"],
        {
            "policy_resolution": "28/2023/NQ-HĐND", "occupation_code": "VN-BS", "degree": "resident", "facility_group": "provincial", "amount": 550_000_000, "currency": "VND",
            "commitment_years": 7, "commitment_ends_on": "2032-03-31",
        },
        None,
    ),
    "mission": (
        ["Comprehensive support of lower levels by provincial hospitals (programme of the province; no limit of length is printed)"],
        {
            "source": "VN-22-BVT", "destination": "VN-22-TTBCE", "programme": "comprehensive-support", "mode": "transfer", "pattern": "continuous", "days": 43,
            "technique": "newborn-resuscitation", "specialty": "paediatrics", "allowance": 6_450_000, "currency": "VND",
        },
        "2025-05-31",
    ),
    "stay": (
        [],
        {
            "stay_kind": "short_course", "title": "Siêu âm tim nâng cao", "country": "CN", "region": "CN-GX", "host": "Bệnh viện Thụy Khang, Đại học Trung y dược Quảng Tây",
            "field": "intensive-care", "led_by": None, "participants": 2,
        },
        "2025-04-25",
    ),
    "sponsorship": (
        ["Decree 101/2017/NĐ-CP (public employees serve at least twice the training time)"],
        {
            "programme": "ck1", "specialty": "anaesthesia-icu", "institution": "Đại học Y Hà Nội", "country": "VN", "need_id": "0b6f2c9e-0000-7000-8000-000000000001",
            "technique": "Gây tê vùng dưới hướng dẫn siêu âm", "course_months": 24, "months_due": 48, "amount": 128_000_000, "currency": "VND", "breach_kind": "PRORATA",
        },
        "2027-03-31",
    ),
    "appointment": ([BASIS, "Relais rule book, appointments"], POST, "2030-03-31"),
    "reappointment": ([BASIS], POST, "2030-03-31"),
    "extension": ([BASIS], POST, "2026-11-30"),
    "transfer": ([BASIS], POST, None),
    "acting": ([BASIS], POST | {"unit": "Khoa Cấp cứu"}, "2025-09-30"),
    "resignation": ([BASIS], POST, None),
    "removal": ([BASIS], POST, None),
    "probation_confirmation": (
        ["Decree 115/2020/NĐ-CP, article 21, as amended by Decree 85/2023/NĐ-CP (university title 12 months, doctor and college title 9, intermediate 6)"],
        {"outcome": "confirmed", "occupation_code": "VN-BS", "starts_on": "2024-07-01", "ends_on": "2025-03-31", "months": 9, "probation_id": "0b6f2c9e-0000-7000-8000-000000000002"},
        None,
    ),
    "probation_confirmation extended": (["Decree 115/2020/NĐ-CP, article 21"], {"outcome": "extended", "occupation_code": "VN-BS", "starts_on": "2024-07-01", "ends_on": "2025-03-31", "months": 3}, None),
    "probation_confirmation ended": (["Decree 115/2020/NĐ-CP, article 21"], {"outcome": "ended", "occupation_code": "VN-BS", "starts_on": "2024-07-01", "ends_on": "2025-03-31", "months": 9}, None),
    "pay_steps": (["Circular 08/2013/TT-BNV as amended by Circular 03/2021/TT-BNV, article 2 (60 months for senior experts, 36 for titles requiring college or university, 24 below)"], {"lines": 2, "reference": "QN-NL-01"}, None),
    "benefits": (
        ["Nghị định 56/2011/NĐ-CP (hồi sức, cấp cứu)"],
        {"benefit": "occupational_allowance", "percent": "62.5", "amount": None, "currency": None, "lines": 2},
        None,
    ),
    "awards": (["Decree 98/2023/NĐ-CP on emulation and rewards"], {"title": "unit_emulation_fighter", "level": "unit", "year": 2024, "lines": 2}, None),
}  # fmt: skip
