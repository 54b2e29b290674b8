"""Make the bulk files and the hires of this story: `python tests/stories/quang-ninh-2025/make.py`.

Places are real; people are invented (a fixed seed, so the same files each time). The totals are the story's:
2,463 doctors before the 25 hires, 1,058 university pharmacists, 3,790 nurses, midwives and technicians beside them.
"""

import csv
import gzip
import random
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).parent
AREAS = HERE.parents[2] / "services/registry/data/viet-nam/areas.csv.gz"
DOCTORS, PHARMACISTS, NURSES, HIRES = 2_463, 1_058, 3_790, 25
REGISTER_DAY = date(2023, 11, 30)  # the register is the one of the eve of Resolution 28/2023; later arrivals are in it too

FAMILY = ("Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Lương Tô Mai Trịnh Chu La Lục Nông Hà Ninh Đoàn Vi Tăng").split()
FAMILY_WEIGHTS = [38, 11, 10, 8, 6, 2, 5, 6, 1, 4, 4, 4, 1, 3, 3, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 2, 1, 2, 1, 1]
MIDDLE = {
    "male": "Văn Đức Minh Quang Hữu Công Xuân Thành Ngọc Anh Tuấn Việt Hải Duy Trọng Đình".split(),
    "female": "Thị Ngọc Thu Thanh Minh Hồng Phương Thùy Diệu Khánh Bích Kim Mai Thị Thị Thị".split(),
}
GIVEN = {
    "male": "Hùng Dũng Tuấn Cường Sơn Hải Long Nam Thắng Hiếu Kiên Đạt Quân Phong Trung Tùng Bình Khoa Lâm Huy Hưng Ánh Thịnh Vinh Toàn Đông Tiến Giang Chiến Lộc".split(),
    "female": "Hoa Lan Hương Linh Trang Hà Thảo Mai Ánh Ngân Nhung Yến Hằng Dung Oanh Phượng Thủy Hạnh Nga Tâm Liên Quỳnh Hiền Loan Vân Nguyệt Huệ Chi Ẩn Thơm".split(),
}

# code, name, type, level, ownership, commune, tier, remoteness, share of doctors, share of nurses
HOSPITALS = [
    ("VN-22-BVT", "Bệnh viện Đa khoa tỉnh Quảng Ninh", "hospital", "province", "public", "VN-22-06676", "provincial", "none", 13, 14),
    ("VN-22-BVBC", "Bệnh viện Bãi Cháy", "hospital", "province", "public", "VN-22-06673", "provincial", "none", 12, 13),
    ("VN-22-BVSN", "Bệnh viện Sản Nhi Quảng Ninh", "hospital", "province", "public", "VN-22-06661", "provincial", "none", 8, 9),
    ("VN-22-BVUB", "Bệnh viện Việt Nam – Thụy Điển Uông Bí", "hospital", "province", "public", "VN-22-06811", "provincial", "none", 11, 13),
    ("VN-22-BVP", "Bệnh viện Phổi Quảng Ninh", "hospital", "province", "public", "VN-22-06658", "centre", "none", 3, 3),
    ("VN-22-BVTT", "Bệnh viện Bảo vệ sức khỏe tâm thần Quảng Ninh", "hospital", "province", "public", "VN-22-06652", "centre", "none", 2, 3),
    ("VN-22-BVLK", "Bệnh viện Lão khoa – Phục hồi chức năng Quảng Ninh", "hospital", "province", "public", "VN-22-06649", "centre", "none", 2, 3),
    ("VN-22-BVYDCT", "Bệnh viện Y Dược cổ truyền Quảng Ninh", "hospital", "province", "public", "VN-22-06667", "centre", "none", 3, 2),
    ("VN-22-BVCP", "Bệnh viện Đa khoa Cẩm Phả", "hospital", "province", "public", "VN-22-06760", "centre", "none", 5, 5),
    ("VN-22-BVHL", "Bệnh viện Đa khoa Hạ Long", "hospital", "province", "public", "VN-22-06664", "centre", "none", 3, 3),
    ("VN-22-CDC", "Trung tâm Kiểm soát bệnh tật Quảng Ninh", "prevention_centre", "province", "public", "VN-22-06670", "centre", "none", 3, 1),
    ("VN-22-PY", "Trung tâm Pháp y Quảng Ninh", "other", "province", "public", "VN-22-06670", "centre", "none", 1, 0.5),
    ("VN-22-BVQT", "Bệnh viện Đa khoa quốc tế Hạ Long (tư nhân)", "hospital", "province", "private", "VN-22-06658", "private", "none", 5, 4),
    ("VN-22-PKDK1", "Phòng khám đa khoa Bạch Đằng (tư nhân)", "clinic", "area", "private", "VN-22-06670", "private", "none", 3, 1),
    ("VN-22-NT1", "Chuỗi nhà thuốc Hạ Long (tư nhân)", "pharmacy", "area", "private", "VN-22-06667", "private", "none", 0, 0),
    ("VN-22-NT2", "Chuỗi nhà thuốc Cẩm Phả – Uông Bí (tư nhân)", "pharmacy", "area", "private", "VN-22-06760", "private", "none", 0, 0),
]
# district, code, name, tier, remoteness, share of doctors, share of nurses
CENTRES = [
    ("VN-22-193", "TTHL", "Hạ Long", "centre", "none", 4, 4),
    ("VN-22-194", "TTMC", "Móng Cái", "centre", "border", 4, 4),
    ("VN-22-195", "TTCP", "Cẩm Phả", "centre", "none", 4, 4),
    ("VN-22-196", "TTUB", "Uông Bí", "centre", "none", 3, 3),
    ("VN-22-198", "TTBL", "Bình Liêu", "remote-centre", "mountain", 1, 1.2),
    ("VN-22-199", "TTTY", "Tiên Yên", "centre", "mountain", 2, 2),
    ("VN-22-200", "TTDH", "Đầm Hà", "remote-centre", "mountain", 1.2, 1.4),
    ("VN-22-201", "TTHH", "Hải Hà", "centre", "border", 1.6, 1.8),
    ("VN-22-202", "TTBCE", "Ba Chẽ", "remote-centre", "mountain", 0.9, 1.1),
    ("VN-22-203", "TTVD", "Vân Đồn", "centre", "island", 1.8, 1.8),
    ("VN-22-205", "TTDT", "Đông Triều", "centre", "none", 4, 4),
    ("VN-22-206", "TTQY", "Quảng Yên", "centre", "none", 3.5, 3.5),
    ("VN-22-207", "TTCT", "Cô Tô", "remote-centre", "island", 0.7, 0.8),
]
CENTRE_OF = {district: f"VN-22-{code}" for district, code, *_ in CENTRES}
CORE_OF = {"VN-22-193": "BVT", "VN-22-194": "BVT", "VN-22-195": "BVT", "VN-22-196": "BVUB", "VN-22-198": "BVBC", "VN-22-199": "BVBC", "VN-22-200": "BVSN", "VN-22-201": "BVBC"}
CORE_OF |= {"VN-22-202": "BVBC", "VN-22-203": "BVT", "VN-22-205": "BVUB", "VN-22-206": "BVUB", "VN-22-207": "BVTT"}
SPECIALTIES = ["internal-medicine", "surgery", "obstetrics", "paediatrics", "anaesthesia-icu", "haematology", "orthopaedic-surgery", "imaging", "emergency", "ophthalmology", "ent"]
UNITS = {
    "VN-BS": "Khoa Khám bệnh", "VN-BSCK": "Khoa lâm sàng", "VN-BSYHCT": "Khoa Y học cổ truyền", "VN-BSDP": "Khoa Y tế dự phòng", "VN-DSDH": "Khoa Dược",
    "VN-DDDH": "Khối điều dưỡng", "VN-DDCD": "Khối điều dưỡng", "VN-HSDH": "Khoa Sản", "VN-HSCD": "Khoa Sản", "VN-KTV": "Khoa Xét nghiệm", "VN-YS": "Trạm y tế",
}  # fmt: skip
DEGREES = {
    "VN-BS": ["doctor", "doctor", "doctor", "doctor-good"], "VN-BSCK": ["ck1", "ck1", "ck1", "ck2", "master", "resident"], "VN-BSYHCT": ["doctor", "ck1"], "VN-BSDP": ["doctor"],
    "VN-DSDH": ["pharmacist"], "VN-DDDH": ["bachelor"], "VN-DDCD": ["college", "secondary"], "VN-HSDH": ["bachelor"], "VN-HSCD": ["college"], "VN-KTV": ["college"], "VN-YS": ["secondary"],
}  # fmt: skip

# code, name, kind, code of the unit above, name in French; its posts name their unit as it is called
UNITS = [
    ("KHOI-LS", "Khối lâm sàng", "pole", "", "Pôle clinique"),
    ("KHAM", "Khoa Khám bệnh", "department", "KHOI-LS", "Consultations externes"),
    ("LS", "Khoa lâm sàng", "department", "KHOI-LS", "Services cliniques"),
    ("SAN", "Khoa Sản", "department", "KHOI-LS", "Obstétrique"),
    ("YHCT", "Khoa Y học cổ truyền", "department", "KHOI-LS", "Médecine traditionnelle"),
    ("YTDP", "Khoa Y tế dự phòng", "department", "KHOI-LS", "Médecine préventive"),
    ("KHOI-CLS", "Khối cận lâm sàng", "pole", "", "Pôle médico-technique"),
    ("XN", "Khoa Xét nghiệm", "department", "KHOI-CLS", "Laboratoire"),
    ("DUOC", "Khoa Dược", "department", "KHOI-CLS", "Pharmacie"),
    ("KHOI-DD", "Khối điều dưỡng", "pole", "", "Pôle des soins infirmiers"),
    ("KHOI-CN", "Khối phòng chức năng", "pole", "", "Directions fonctionnelles"),
    ("TCCB", "Phòng Tổ chức cán bộ", "office", "KHOI-CN", "Direction des ressources humaines"),
    ("KHTH", "Phòng Kế hoạch tổng hợp", "office", "KHOI-CN", "Direction de la planification"),
]

chance = random.Random("quang-ninh-2025")


def main() -> None:
    facilities, stations = make_facilities()
    people, posts, assignments = make_people(facilities, stations)
    write("bulk/facilities.csv", facilities)
    write("bulk/units.csv", make_units())
    write("bulk/posts.csv", posts)
    write("bulk/people.csv", people)
    write("bulk/assignments.csv", assignments)
    for name, rows in make_hires(posts).items():
        write(f"acts/{name}.csv", rows)
    print(Counter(row["occupation_code"] for row in people), len(facilities), "facilities", len(posts), "posts")


def make_facilities() -> tuple[list[dict], list[dict]]:
    with gzip.open(AREAS, "rt", encoding="utf-8") as source:
        former = [row for row in csv.DictReader(source) if row["parent_code"] in CENTRE_OF and row["valid_to"]]
    first_commune = {}
    for commune in former:
        first_commune.setdefault(commune["parent_code"], commune["code"])
    common = {"authority": "VN-22", "host": "", "valid_from": "01/01/1976", "valid_to": ""}
    rows = [
        common
        | {"code": code, "name": name, "type": kind, "level": level, "ownership": owner, "area_code": area, "technical_supervisor": "", "remoteness": remoteness, "tier": tier}
        for code, name, kind, level, owner, area, tier, remoteness, *_ in HOSPITALS
    ]
    for district, code, name, tier, remoteness, *_ in CENTRES:
        rows.append(
            common
            | {"code": f"VN-22-{code}", "name": f"Trung tâm Y tế {name}", "type": "health_centre", "level": "area", "ownership": "public", "area_code": first_commune[district]}
            | {"technical_supervisor": f"VN-22-{CORE_OF[district]}", "remoteness": remoteness, "tier": tier}
        )
    stations = []
    for commune in former:
        remote = commune["parent_code"] in {"VN-22-198", "VN-22-202", "VN-22-203", "VN-22-207", "VN-22-200"}
        island = commune["parent_code"] in {"VN-22-203", "VN-22-207"}
        stations.append(
            common
            | {"code": f"VN-22-TYT-{commune['code'].rsplit('-', 1)[1]}", "name": f"Trạm Y tế {commune['name'][0].lower()}{commune['name'][1:]}", "type": "station"}
            | {"level": "commune", "ownership": "public", "area_code": commune["code"], "technical_supervisor": CENTRE_OF[commune["parent_code"]]}
            | {"remoteness": "island" if island else "mountain" if remote else "none", "tier": "island-station" if island else "remote-station" if remote else "station"}
        )
    return rows + stations, stations


def spread(total: int, shares: list[tuple[str, float]]) -> dict[str, int]:
    """Whole numbers in proportion, largest remainders first."""
    weight = sum(share for _code, share in shares)
    exact = {code: total * share / weight for code, share in shares}
    counts = {code: int(value) for code, value in exact.items()}
    for code in sorted(exact, key=lambda key: counts[key] - exact[key])[: total - sum(counts.values())]:
        counts[code] += 1
    return counts


def make_people(facilities: list[dict], stations: list[dict]) -> tuple[list[dict], list[dict], list[dict]]:
    doctor_stations = [station["code"] for station in stations if chance.random() < 0.86]
    doctors = spread(DOCTORS - len(doctor_stations), [(h[0], h[8]) for h in HOSPITALS] + [(f"VN-22-{c[1]}", c[5]) for c in CENTRES])
    doctors |= dict.fromkeys(doctor_stations, 1)
    pharmacists = spread(PHARMACISTS, [("VN-22-NT1", 330), ("VN-22-NT2", 250)] + [(h[0], h[8] * 4) for h in HOSPITALS[:13]] + [(f"VN-22-{c[1]}", c[5] * 5) for c in CENTRES])
    nurses = spread(NURSES - len(stations), [(h[0], h[9]) for h in HOSPITALS if h[9]] + [(f"VN-22-{c[1]}", c[6]) for c in CENTRES])
    nurses |= {station["code"]: 1 for station in stations}
    others = {station["code"]: 1 for station in stations}
    midwives = spread(420, [("VN-22-BVSN", 30)] + [(h[0], 3) for h in HOSPITALS[:4]] + [(f"VN-22-{c[1]}", c[6]) for c in CENTRES])
    technicians = spread(380, [(h[0], h[9]) for h in HOSPITALS if h[9]] + [(f"VN-22-{c[1]}", c[6]) for c in CENTRES])

    people, posts, assignments = [], [], []
    serial = Counter()
    for facility in facilities:
        code = facility["code"]
        wanted = (
            [doctor_title(facility) for _n in range(doctors.get(code, 0))]
            + ["VN-DSDH"] * pharmacists.get(code, 0)
            + [chance.choices(["VN-DDDH", "VN-DDCD"], [45, 55])[0] for _n in range(nurses.get(code, 0))]
            + [chance.choices(["VN-HSDH", "VN-HSCD"], [40, 60])[0] for _n in range(midwives.get(code, 0))]
            + ["VN-KTV"] * technicians.get(code, 0)
            + ["VN-YS"] * others.get(code, 0)
        )
        for occupation in wanted:
            serial[code] += 1
            specialty = chance.choice(SPECIALTIES) if occupation == "VN-BSCK" else ""
            person = make_person(len(people) + 1, occupation, facility, specialty)
            post = make_post(facility, serial[code], occupation, specialty)
            people.append(person)
            posts.append(post)
            assignments.append(
                {
                    "worker_no": person["worker_no"],
                    "post_reference": post["reference"],
                    "facility_code": code,
                    "kind": "primary",
                    "fte_share": "1",
                    "start_date": person["start_date"],
                    "end_date": "",
                }
                | {"decision_number": f"{chance.randint(100, 4999)}/QĐ-SYT" if chance.random() < 0.9 else ""}
            )
    # Seats that are authorised and empty: those of the 25 hires, and shortages that a reader of the demo can fill.
    for facility in facilities:
        empty = {"VN-22-BVT": 14, "VN-22-BVBC": 13, "VN-22-TTBCE": 10, "VN-22-TTBL": 4, "VN-22-TTCT": 4, "VN-22-TTDH": 3, "VN-22-BVSN": 6, "VN-22-BVUB": 6}.get(facility["code"], 0)
        for _n in range(empty):
            serial[facility["code"]] += 1
            specialist = facility["tier"] == "provincial"
            posts.append(make_post(facility, serial[facility["code"]], "VN-BSCK" if specialist else "VN-BS", chance.choice(SPECIALTIES) if specialist else ""))
    return people, posts, assignments


def doctor_title(facility: dict) -> str:
    if facility["code"] == "VN-22-BVYDCT":
        return "VN-BSYHCT"
    if facility["code"] == "VN-22-CDC":
        return chance.choice(["VN-BSDP", "VN-BSDP", "VN-BS"])
    if facility["level"] == "commune":
        return chance.choices(["VN-BS", "VN-BSYHCT"], [80, 20])[0]
    return chance.choices(["VN-BS", "VN-BSCK", "VN-BSYHCT", "VN-BSDP"], [55, 36, 6, 3])[0]


def make_name(sex: str) -> str:
    family = chance.choices(FAMILY, FAMILY_WEIGHTS)[0]
    middle = chance.choice(MIDDLE[sex]) + (f" {chance.choice(MIDDLE[sex])}" if chance.random() < 0.08 else "")
    return f"{family} {middle} {chance.choice(GIVEN[sex])}"


def make_person(number: int, occupation: str, facility: dict, specialty: str) -> dict:
    nursing = occupation.startswith(("VN-DD", "VN-HS"))
    sex = "female" if chance.random() < (0.86 if nursing else 0.47) else "male"
    born = date(chance.randint(1965, 1999), 1, 1) + timedelta(days=chance.randrange(365))
    first_day = max(born.year + chance.randint(24, 27), 1990)
    start = date(min(first_day + chance.choice([0, 0, 0, 1, 2, 4, 8]), REGISTER_DAY.year), chance.randint(1, 11), chance.choice([1, 1, 1, 15]))
    degree = chance.choice(DEGREES[occupation])
    year_only = chance.random() < 0.02
    return {
        "worker_no": f"QN-{number:06d}",
        "full_name": make_name(sex),
        "birth_date": str(born.year) if year_only else born.strftime("%d/%m/%Y"),
        "sex": sex,
        "occupation_code": occupation,
        "specialty": specialty,
        "degree": degree,
        "degree_institution": chance.choice(["Đại học Y Hà Nội", "Đại học Y Dược Hải Phòng", "Đại học Y Dược Thái Nguyên", "Đại học Y Dược Thái Bình", "Cao đẳng Y tế Quảng Ninh"]),
        "degree_year": str(min(born.year + chance.randint(22, 25), start.year)),
        "facility_code": facility["code"],
        "employment_type": "private" if facility["ownership"] == "private" else chance.choices(["public_employee", "contract_open", "contract_fixed"], [88, 8, 4])[0],
        "start_date": start.strftime("%d/%m/%Y"),
        "status": "confirmed",
    }


def make_post(facility: dict, number: int, occupation: str, specialty: str) -> dict:
    return {
        "reference": f"{facility['code']}-P{number:04d}",
        "facility_code": facility["code"],
        "unit": facility["name"] if facility["level"] == "commune" else UNITS[occupation],
        "job_position": {"VN-BS": "Bác sĩ hạng III", "VN-BSCK": "Bác sĩ chính hạng II", "VN-DSDH": "Dược sĩ hạng III"}.get(occupation, "Viên chức chuyên môn y tế"),
        "occupation_code": occupation,
        "specialty": specialty,
        "fte": "1",
        "open_from": "01/01/1990",
        "close_to": "",
        "is_management": "no",
    }


def make_hires(posts: list[dict]) -> dict[str, list[dict]]:
    """The 25 hires under Resolution 28/2023, each act by the person whom it concerns."""
    taken_from = [("VN-22-BVT", "hr-bvt", 10), ("VN-22-BVBC", "hr-bc", 9), ("VN-22-TTBCE", "hr-bache", 6)]
    files: dict[str, list[dict]] = {
        name: [] for name in ("04-needs", "05-need-validations", "06-campaigns", "07-publications", "08-candidates", "09-candidacies", "10-eligibility", "11-hires", "12-decisions")
    }
    waves = [date(2024, 1, 15), date(2024, 9, 2), date(2025, 2, 10)]
    number = 0
    by_wave: dict[int, list[str]] = {0: [], 1: [], 2: []}
    rows = []
    for facility, officer, count in taken_from:
        seats = [post for post in posts if post["facility_code"] == facility][-14 if facility == "VN-22-BVT" else -13 if facility == "VN-22-BVBC" else -10 :][:count]
        for seat in seats:
            number += 1
            wave = 0 if number % 5 == 1 else 1 if number % 5 in (2, 3) else 2
            need = f"QN-NEED-{number:02d}"
            by_wave[wave].append(need)
            rows.append((number, wave, facility, officer, seat, need))
    files["04-needs"] += open_needs(posts)
    files["05-need-validations"] += [{"done_on": date(2025, 8, 20), "as": "linh", "act": "validate-need", "need": need} for need in ("QN-NEED-26", "QN-NEED-27", "QN-NEED-28")]
    files["06-campaigns"].append(
        {
            "done_on": date(2025, 8, 25),
            "as": "linh",
            "act": "prepare-campaign",
            "reference": "QN-TH-2025-4",
            "code": "QN-TH-2025-4",
            "title": "Thu hút bác sĩ đợt 4 theo Nghị quyết 28/2023/NQ-HĐND",
        }
        | {"policy": "QN-NQ-28-2023", "needs": "QN-NEED-26 QN-NEED-27 QN-NEED-28", "opens_on": date(2025, 9, 1), "closes_on": date(2025, 10, 31)}
    )
    files["07-publications"].append({"done_on": date(2025, 8, 31), "as": "linh", "act": "publish-campaign", "campaign": "QN-TH-2025-4"})
    for wave, opens in enumerate(waves):
        campaign = f"QN-TH-{opens.year}-{wave + 1}"
        files["06-campaigns"].append(
            {
                "done_on": opens - timedelta(days=5),
                "as": "linh",
                "act": "prepare-campaign",
                "reference": campaign,
                "code": campaign,
                "title": f"Thu hút bác sĩ đợt {wave + 1} theo Nghị quyết 28/2023/NQ-HĐND",
            }
            | {"policy": "QN-NQ-28-2023", "needs": " ".join(by_wave[wave]), "opens_on": opens, "closes_on": opens + timedelta(days=45)}
        )
        files["07-publications"].append({"done_on": opens - timedelta(days=1), "as": "linh", "act": "publish-campaign", "campaign": campaign})
    for number, wave, facility, officer, seat, need in rows:
        opens = waves[wave]
        campaign = f"QN-TH-{opens.year}-{wave + 1}"
        sex = chance.choice(["male", "female"])
        if facility == "VN-22-TTBCE":
            degree = chance.choice(["doctor", "doctor-good", "doctor", "ck1", "doctor-good", "resident"])
        else:
            degree = chance.choice(["resident", "resident", "ck2", "phd"])
        young = degree in {"doctor", "doctor-good", "resident"}
        born = date(chance.randint(1994, 1997) if young else chance.randint(1978, 1988), chance.randint(1, 12), chance.randint(1, 28))
        candidate, candidacy, hire = f"QN-CAND-{number:02d}", f"QN-CDY-{number:02d}", f"QN-HIRE-{number:02d}"
        applied = opens + timedelta(days=3 + number % 30)
        starts = date(2024, 4, 1) if wave == 0 else date(2024, 12, 2) if wave == 1 else date(2025, 6, 2) if number % 2 else date(2025, 9, 1)
        files["04-needs"].append(
            {"done_on": opens - timedelta(days=25), "as": officer, "act": "state-need", "reference": need, "facility_code": facility, "occupation_code": seat["occupation_code"]}
            | {"specialty": seat["specialty"], "quantity": 1, "reason": "vacancy", "post": seat["reference"]}
        )
        files["05-need-validations"].append({"done_on": opens - timedelta(days=12), "as": "linh", "act": "validate-need", "need": need})
        files["08-candidates"].append(
            {"done_on": applied, "as": officer, "act": "enter-person", "reference": candidate, "full_name": make_name(sex), "birth_date": born, "sex": sex, "purpose": "candidate"}
        )
        files["09-candidacies"].append(
            {"done_on": applied, "as": officer, "act": "receive-candidacy", "reference": candidacy, "campaign": campaign, "need": need, "person": candidate}
            | {"degree": degree, "experience": "new_graduate" if young else "experienced", "occupation_code": seat["occupation_code"], "left_public_sector_of_province": "no"}
        )
        files["10-eligibility"].append(
            {
                "done_on": opens + timedelta(days=50),
                "as": "linh",
                "act": "judge-eligibility",
                "candidacy": candidacy,
                "outcome": "eligible",
                "comment": "Hồ sơ đủ điều kiện theo Nghị quyết 28/2023/NQ-HĐND.",
            }
        )
        files["11-hires"].append(
            {"done_on": starts - timedelta(days=20), "as": "linh", "act": "propose-hire", "reference": hire, "candidacy": candidacy, "post": seat["reference"], "starts_on": starts}
        )
        files["12-decisions"].append(
            {
                "done_on": starts - timedelta(days=10),
                "as": "director",
                "act": "sign-decision",
                "of": "hire",
                "thing": hire,
                "decision_number": "" if number % 9 == 0 else f"{310 + number * 7}/QĐ-SYT",
            }
        )
    return files


def open_needs(posts: list[dict]) -> list[dict]:
    """What is still to do on 30 September 2025: three seats in an open campaign, two needs that wait to be validated."""
    seats = [("VN-22-TTBCE", "hr-bache", -1), ("VN-22-TTBCE", "hr-bache", -2), ("VN-22-BVT", "hr-bvt", -1), ("VN-22-BVBC", "hr-bc", -1), ("VN-22-TTBCE", "hr-bache", -3)]
    needs = []
    for number, (facility, officer, position) in enumerate(seats, start=26):
        seat = [post for post in posts if post["facility_code"] == facility][position]
        stated = date(2025, 8, 11) if number < 29 else date(2025, 9, 24)
        needs.append(
            {"done_on": stated, "as": officer, "act": "state-need", "reference": f"QN-NEED-{number:02d}", "facility_code": facility, "occupation_code": seat["occupation_code"]}
            | {"specialty": seat["specialty"], "quantity": 1, "reason": "vacancy", "post": seat["reference"]}
        )
    return needs


def make_units() -> list[dict]:
    """The provincial hospital as a tree: poles, departments and offices."""
    return [
        {"facility_code": "VN-22-BVT", "code": code, "name": name, "kind": kind, "parent": above, "valid_from": "01/01/1976", "name_fr": french}
        for code, name, kind, above, french in UNITS
    ]


def write(name: str, rows: list[dict]) -> None:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with (HERE / name).open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
