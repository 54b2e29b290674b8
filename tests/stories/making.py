"""What the makers of stories share: the register of a territory as its administrator would export it, with invented people, from a fixed seed.

A story says its facilities and how many of each profession work in each; this writes facilities, posts, people and
assignments that agree with each other. Dates are written as people type them, day first.
"""

import csv
import gzip
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[2]
AREAS = ROOT / "services/registry/data"
FACILITY = ("authority", "code", "name", "type", "level", "ownership", "area_code", "technical_supervisor", "remoteness", "valid_from")


@dataclass(frozen=True)
class Name:
    """A name as it is written, and in the country's other script where it has one."""

    written: str
    other: str = ""


Namer = Callable[[random.Random, str], Name]
"""An invented name of a woman or a man."""


@dataclass
class Register:
    """A territory's register in the making. `prefix` begins the numbers of its workers."""

    folder: Path
    prefix: str
    name: Namer
    share_of_women: float = 0.6
    employment: str = "public_employee"
    facilities: list[dict[str, str]] = field(default_factory=list)
    posts: list[dict[str, str]] = field(default_factory=list)
    people: list[dict[str, str]] = field(default_factory=list)
    assignments: list[dict[str, str]] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.folder.name)

    def facility(self, **told: str) -> str:
        """A facility of the territory; its code."""
        self.facilities.append(dict.fromkeys(FACILITY, "") | {"ownership": "public", "remoteness": "none", "valid_from": "01/01/1990"} | told)
        return told["code"]

    def staff(
        self, facility: str, unit: str, occupation: str, count: int, *, specialty: str = "", degree: str = "", employment: str = "", since: int = 2008, until: int = 2019
    ) -> list[str]:
        """So many people at work on posts of a unit; their numbers."""
        return [self._person(facility, unit, occupation, specialty, degree, employment or self.employment, since, until) for _one in range(count)]

    def vacant(self, facility: str, unit: str, occupation: str, count: int, *, specialty: str = "") -> list[str]:
        """So many posts that nobody holds; their references."""
        return [self._post(facility, unit, occupation, specialty) for _one in range(count)]

    def write(self) -> None:
        for name, rows in {"facilities": self.facilities, "posts": self.posts, "people": self.people, "assignments": self.assignments}.items():
            write(self.folder / "bulk" / f"{name}.csv", rows)
        print(self.folder.name, len(self.facilities), "facilities", len(self.people), "people", len(self.posts), "posts")

    def _post(self, facility: str, unit: str, occupation: str, specialty: str) -> str:
        reference = f"{facility}-P{len(self.posts) + 1:04d}"
        self.posts.append(
            {"reference": reference, "facility_code": facility, "unit": unit, "occupation_code": occupation, "specialty": specialty, "fte": "1", "open_from": "01/01/2000"}
        )
        return reference

    def _person(self, facility: str, unit: str, occupation: str, specialty: str, degree: str, employment: str, since: int, until: int) -> str:
        sex = "female" if self.chance.random() < self.share_of_women else "male"
        name = self.name(self.chance, sex)
        while name.written in self.taken:
            name = self.name(self.chance, sex)
        self.taken.add(name.written)
        begins = date(self.chance.randint(since, until), self.chance.randint(1, 12), 1)
        born = date(begins.year - self.chance.randint(24, 34), 1, 1) + timedelta(days=self.chance.randint(0, 364))
        number = f"{self.prefix}-{len(self.people) + 1:04d}"
        person = {"worker_no": number, "full_name": name.written, "name_in_other_script": name.other, "birth_date": day(born), "sex": sex, "occupation_code": occupation}
        self.people.append(person | {"specialty": specialty, "degree": degree, "facility_code": facility, "employment_type": employment, "start_date": day(begins)})
        post = self._post(facility, unit, occupation, specialty)
        self.assignments.append({"worker_no": number, "post_reference": post, "facility_code": facility, "start_date": day(begins)})
        return number


def day(one: date) -> str:
    return f"{one:%d/%m/%Y}"


def write(path: Path, rows: Sequence[dict[str, str]]) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def areas(country: str) -> list[dict[str, str]]:
    """The packaged areas of a country: `viet-nam`, `morocco` or `france`."""
    with gzip.open(AREAS / country / "areas.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


# --- names -----------------------------------------------------------------------------------------------------------

_FAMILY_VN = "Nguyễn Nguyễn Nguyễn Trần Lê Phạm Hoàng Vũ Đặng Bùi Đỗ Ngô Dương Lý Đinh Trịnh Cao Kiều Phùng Khuất Tạ".split()
_MIDDLE_VN = {"male": "Văn Đức Minh Quang Hữu Công Xuân Thành Tuấn Duy Đình".split(), "female": "Thị Ngọc Thu Thanh Hồng Phương Thùy Khánh Bích Kim Mai".split()}
_GIVEN_VN = {
    "male": "Hùng Dũng Cường Sơn Long Nam Thắng Hiếu Kiên Quân Phong Trung Tùng Bình Khoa Huy Vinh Toàn Tiến Lộc".split(),
    "female": "Hoa Lan Hương Linh Trang Hà Thảo Ngân Nhung Yến Hằng Dung Oanh Thủy Hạnh Nga Liên Hiền Vân Huệ".split(),
}
_FAMILY_MA = (
    ("El Amrani", "العمراني"), ("Bennani", "بناني"), ("El Idrissi", "الإدريسي"), ("Alaoui", "العلوي"), ("Benjelloun", "بنجلون"), ("El Fassi", "الفاسي"), ("Tazi", "التازي"),
    ("Berrada", "برادة"), ("Chraibi", "الشرايبي"), ("Lahlou", "لحلو"), ("El Khattabi", "الخطابي"), ("Ouazzani", "الوزاني"), ("Saidi", "السعيدي"), ("El Mansouri", "المنصوري"),
    ("Ait Ali", "أيت علي"), ("Oubella", "أوبلا"), ("Rachidi", "الرشيدي"), ("Ziani", "الزياني"), ("Kettani", "الكتاني"), ("El Haddad", "الحداد"), ("Naciri", "الناصري"),
    ("Mernissi", "المرنيسي"), ("Filali", "الفيلالي"), ("Amezian", "أمزيان"), ("El Ouafi", "الوافي"), ("Belkadi", "بلقاضي"), ("Skalli", "الصقلي"), ("Zerhouni", "الزرهوني"),
)  # fmt: skip
_GIVEN_MA = {
    "male": (
        ("Mohamed", "محمد"), ("Ahmed", "أحمد"), ("Youssef", "يوسف"), ("Omar", "عمر"), ("Hassan", "حسن"), ("Karim", "كريم"), ("Rachid", "رشيد"), ("Said", "سعيد"),
        ("Abdelilah", "عبد الإله"), ("Mustapha", "مصطفى"), ("Khalid", "خالد"), ("Driss", "إدريس"), ("Hamza", "حمزة"), ("Brahim", "إبراهيم"), ("Nabil", "نبيل"),
    ),
    "female": (
        ("Fatima Zahra", "فاطمة الزهراء"), ("Khadija", "خديجة"), ("Naima", "نعيمة"), ("Samira", "سميرة"), ("Amina", "أمينة"), ("Hanane", "حنان"), ("Latifa", "لطيفة"),
        ("Salma", "سلمى"), ("Meryem", "مريم"), ("Nadia", "نادية"), ("Houda", "هدى"), ("Imane", "إيمان"), ("Zineb", "زينب"), ("Rajae", "رجاء"), ("Ilham", "إلهام"),
    ),
}  # fmt: skip
_FAMILY_FR = (
    "Averty Bernier Bichon Boucard Brisson Chauvet Clavier Corbineau Dousset Fortineau Gautreau Guérin Guilbaud Hervouet Joalland Landreau Leduc Lefort Mabileau Moreau Padioleau Pineau "
    "Rabiller Renaud Rondeau Rousselot Sorin Templier Thibaud Violin Cadiou Le Goff Morvan Faure Chabrol Vidal Roche"
).split()  # fmt: skip
_GIVEN_FR = {
    "male": "Antoine Benoît Bruno Cédric Damien Éric Fabien Gaël Hervé Jérôme Julien Loïc Mathieu Nicolas Pierre Romain Sébastien Thierry Vincent Yann".split(),
    "female": "Agnès Amélie Aurélie Camille Céline Chloé Delphine Élodie Émilie Françoise Hélène Inès Isabelle Laëtitia Laure Maëlle Nathalie Noémie Sandrine Sylvie".split(),
}


def vietnamese(chance: random.Random, sex: str) -> Name:
    """Family name first."""
    return Name(f"{chance.choice(_FAMILY_VN)} {chance.choice(_MIDDLE_VN[sex])} {chance.choice(_GIVEN_VN[sex])}")


def moroccan(chance: random.Random, sex: str) -> Name:
    """In Latin letters and in Arabic, as the identity card has both."""
    given, family = chance.choice(_GIVEN_MA[sex]), chance.choice(_FAMILY_MA)
    return Name(f"{given[0]} {family[0]}", f"{given[1]} {family[1]}")


def french(chance: random.Random, sex: str) -> Name:
    return Name(f"{chance.choice(_GIVEN_FR[sex])} {chance.choice(_FAMILY_FR)}")
