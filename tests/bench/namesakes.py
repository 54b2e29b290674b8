"""Labelled people for the search of duplicates: Vietnamese, French and Arabic names with the errors of several employers' files, twins and homonyms.

Made from a seed, so that every run judges the same files. Who is whom is known here and nowhere else.
"""

import random
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

FAMILIES = {
    "vn": ("Nguyễn " * 38 + "Trần " * 12 + "Lê " * 10 + "Phạm " * 7 + "Hoàng Huỳnh Phan Phan Vũ Vũ Võ Võ Đặng Đặng Bùi Bùi Đỗ Hồ Ngô Dương Lý Đinh Mai Trịnh Lâm Phùng Tô Cao Châu Tạ Hà Quách Lương Đoàn Thái Chu Kiều Vương Nghiêm Triệu").split(),
    "fr": "Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefèvre Leroy Roux David Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller Faure Mercier Blanc Guérin Boyer Garnier Chevalier François Legrand Gauthier Perrin Robin Clément Morin Henry Roussel Mathieu Gautier Masson Marchand Duval Denis Dumont Marie Lemaire Noël Meyer Dufour Meunier Brun Blanchard Giraud Joly Rivière Lucas Brunet Gaillard Barbier Arnaud Martinez Roche Renard Schmitt Roy Leroux Colin Vidal Caron Picard Fabre Aubert Lemoine Renaud Dumas Lacroix Olivier Philippe Bourgeois Pierre Benoît Rey Leclerc Payet Rolland Leclercq Guillaume Lecomte Jacquet Carpentier Vasseur Huet Moulin Crouzet Delaunay Prévost Bréhier Kerguelen Le-Goff Saint-Aubin".split(),
    "ar": "Alaoui Benani Bennis Berrada Bouazza Boukili Cherkaoui Chraibi Daoudi Elamrani Elfassi Elidrissi Elkhattabi Elmansouri Fassi Filali Ghazali Guessous Hajji Hamdaoui Idrissi Jabri Kabbaj Kadiri Kettani Lahlou Lamrani Mansouri Mekouar Mernissi Naciri Ouazzani Rachidi Sbai Sebti Sefrioui Skalli Slaoui Tahiri Tazi Touzani Zemmouri Ziani Benchekroun Benjelloun Benkirane Bensouda Bouayad Chaoui Debbagh Oulhaj Amezian Azoulay Belkacem Bouteflik Cherif Djebbar Hamidou Khelifi Mebarki Saidani Yahiaoui Zerouali".split(),
}  # fmt: skip
MIDDLES = {"female": ("Thị " * 14 + "Ngọc Thu Thanh Minh Hồng Kim Thùy Bích Phương").split(), "male": ("Văn " * 12 + "Đức Hữu Minh Quang Xuân Công Đình Ngọc Thanh Trọng").split()}
GIVEN = {
    ("vn", "female"): "Anh Ánh Bình Châu Chi Diễm Dung Giang Hà Hạnh Hằng Hiền Hoa Hòa Hồng Huệ Hương Hường Huyền Khánh Lan Liên Linh Loan Ly Mai Mỹ Nga Ngân Ngọc Nguyệt Nhung Oanh Phương Phượng Quyên Quỳnh Tâm Thảo Thanh Thoa Thu Thủy Thương Trang Trinh Tú Tuyết Uyên Vân Vy Xuân Yến".split(),
    ("vn", "male"): "An Anh Bảo Bình Cường Chiến Chung Công Cương Danh Dũng Duy Dương Đạt Đông Đức Giang Hà Hải Hậu Hiếu Hiệp Hoàng Hoan Hùng Hưng Huy Khánh Khoa Kiên Lâm Linh Long Luân Mạnh Minh Nam Nghĩa Ngọc Nhân Phong Phúc Quân Quang Quý Sơn Tài Tâm Tân Thành Thắng Thanh Thịnh Thông Tiến Toàn Trí Trung Trường Tuấn Tùng Việt Vinh Vũ".split(),
    ("fr", "female"): "Marie Nathalie Isabelle Catherine Sylvie Anne Christine Sandrine Céline Stéphanie Valérie Véronique Aurélie Julie Sophie Camille Émilie Claire Laure Hélène Élodie Françoise Chantal Delphine Caroline Anne-Sophie Marie-Laure Marie-Claire Béatrice Agnès Mathilde Léa Manon Chloé Inès Juliette Margaux Pauline Lucie Noémie".split(),
    ("fr", "male"): "Jean Pierre Michel Philippe Alain Nicolas Christophe Laurent Patrick Stéphane Frédéric Olivier Sébastien Thierry Julien Vincent Éric Pascal Guillaume Alexandre Antoine François Mathieu Benoît Jérôme Jean-Baptiste Jean-Luc Jean-Pierre Rémi Thibault Clément Romain Maxime Hugo Lucas Quentin Damien Grégory Cédric Loïc".split(),
    ("ar", "female"): "Fatima Khadija Aicha Zineb Meryem Salma Imane Hanane Nadia Samira Latifa Naima Karima Houda Sanaa Ilham Laila Amina Asmaa Bouchra Ghita Hajar Ikram Jamila Kawtar Loubna Malika Najat Oumaima Rajae Sara Siham Soukaina Wafaa Yasmine Zahra".split(),
    ("ar", "male"): "Mohammed Ahmed Youssef Hassan Hamza Omar Said Rachid Abdelilah Abdellah Abderrahim Mustapha Khalid Karim Mehdi Driss Brahim Anas Ayoub Bilal Hicham Jamal Jaouad Larbi Mounir Nabil Othmane Redouane Samir Tarik Yassine Zakaria Adil Aziz Badr Chakib Fouad Ismail".split(),
}  # fmt: skip
SPELLINGS = {
    "mohammed": "Mohamed", "youssef": "Yousef", "khadija": "Khadija", "meryem": "Meriem", "mustapha": "Mustafa", "abdellah": "Abdallah", "brahim": "Brahim", "jaouad": "Jawad", "said": "Saïd", "aicha": "Aïcha",
    "tarik": "Tariq", "othmane": "Othman", "redouane": "Redwane", "fouad": "Fouad", "zineb": "Zaineb", "elamrani": "El Amrani", "elfassi": "El Fassi", "elidrissi": "El Idrissi", "elmansouri": "El Mansouri",
    "benani": "Bennani", "benchekroun": "Ben Chekroun", "benjelloun": "Benjeloun", "bensouda": "Ben Souda", "cherkaoui": "Cherqaoui", "kadiri": "Qadiri", "hamdaoui": "Hamdawi",
}  # fmt: skip
OCCUPATIONS = 4
FIRST = date(1960, 1, 1)


@dataclass(frozen=True)
class Person:
    """A file of one employer, and whose it really is."""

    id: UUID
    human: int
    origin: str
    words: tuple[str, ...]  # family name first for Vietnamese names, last for the others
    birth: date
    year_only: bool
    sex: str
    occupation: int

    @property
    def name(self) -> str:
        return " ".join(self.words)


def labelled(count: int, seed: int) -> list[Person]:
    """So many humans; eight in a hundred have a second file, one in a hundred a twin, one in a hundred a namesake of nearly the same age."""
    chance = random.Random(seed)
    ids = _ids(chance)
    found: list[Person] = []
    for human in range(count):
        person = _human(chance, next(ids), human)
        found.append(person)
        if chance.random() < 0.08:
            found.append(second_file(chance, replace(person, id=next(ids))))
        if chance.random() < 0.01:
            found.append(_twin(chance, replace(person, id=next(ids), human=count + 2 * human)))
        if chance.random() < 0.01:
            other_day = person.birth + timedelta(days=chance.choice([-1, 1]) * chance.randint(40, 1000))
            found.append(replace(person, id=next(ids), human=count + 2 * human + 1, birth=other_day, occupation=chance.randrange(OCCUPATIONS)))
    return found


def _ids(chance: random.Random) -> Iterator[UUID]:
    while True:
        yield UUID(int=chance.getrandbits(128), version=4)


def _human(chance: random.Random, person_id: UUID, human: int) -> Person:
    origin = chance.choices(("vn", "fr", "ar"), (60, 20, 20))[0]
    sex = chance.choice(("female", "male"))
    family, given = chance.choice(FAMILIES[origin]), chance.choice(GIVEN[origin, sex])
    words = (family, chance.choice(MIDDLES[sex]), *_two_given(chance, origin, sex, given)) if origin == "vn" else (given, family)
    birth = FIRST + timedelta(days=chance.randrange(42 * 365))
    return Person(person_id, human, origin, words, birth, False, sex, chance.randrange(OCCUPATIONS))


def _two_given(chance: random.Random, origin: str, sex: str, given: str) -> tuple[str, ...]:
    """A third of Vietnamese names have four words."""
    return (chance.choice(GIVEN[origin, sex]), given) if chance.random() < 0.33 else (given,)


def _twin(chance: random.Random, person: Person) -> Person:
    """Born the same day to one family, with a name of their own; half of them of the same sex."""
    sex = person.sex if chance.random() < 0.5 else {"female": "male", "male": "female"}[person.sex]
    at = -1 if person.origin == "vn" else 0
    others = [name for name in GIVEN[person.origin, sex] if name != person.words[at]]
    words = list(person.words)
    words[at] = chance.choice(others)
    return replace(person, words=tuple(words), sex=sex, occupation=chance.randrange(OCCUPATIONS))


# -- what the second employer typed


def second_file(chance: random.Random, person: Person) -> Person:
    """The same human as another office wrote them: one error, seldom two, sometimes none."""
    for _error in range(chance.choices((0, 1, 2), (15, 70, 15))[0]):
        person = chance.choices([error for error, _often in ERRORS], [often for _error, often in ERRORS])[0](chance, person)
    return person if chance.random() < 0.8 else replace(person, occupation=chance.randrange(OCCUPATIONS))


def _without_accents(_chance: random.Random, person: Person) -> Person:
    plain = unicodedata.normalize("NFD", person.name.replace("Đ", "D").replace("đ", "d"))
    return replace(person, words=tuple("".join(c for c in plain if not unicodedata.combining(c)).upper().split()))


def _turned_round(_chance: random.Random, person: Person) -> Person:
    return replace(person, words=(*person.words[1:], person.words[0]))


def _mistyped(chance: random.Random, person: Person) -> Person:
    words = list(person.words)
    long = [at for at, word in enumerate(words) if len(word) > 2]
    at = chance.choice(long or [0])
    word = words[at]
    letter = chance.randrange(1, len(word)) if len(word) > 1 else 0
    words[at] = chance.choice(
        (
            word[:letter] + word[letter + 1 :],
            word[:letter] + word[letter] * 2 + word[letter + 1 :],
            word[: letter - 1] + word[letter] + word[letter - 1] + word[letter + 1 :],
            word[:letter] + chance.choice("aeinrstlg") + word[letter + 1 :],
        )
    )
    return replace(person, words=tuple(words))


def _middle_left_out(_chance: random.Random, person: Person) -> Person:
    return replace(person, words=(person.words[0], *person.words[2:])) if len(person.words) > 2 else person


def _other_spelling(chance: random.Random, person: Person) -> Person:
    if person.origin != "ar":
        return _mistyped(chance, person)
    return replace(person, words=tuple(" ".join(SPELLINGS.get(word.lower(), word) for word in person.words).split()))


def _day_and_month(_chance: random.Random, person: Person) -> Person:
    return replace(person, birth=date(person.birth.year, person.birth.day, person.birth.month)) if person.birth.day <= 12 else person


def _one_digit(chance: random.Random, person: Person) -> Person:
    moved = person.birth.day + chance.choice((-10, 10, -1, 1))
    return replace(person, birth=person.birth.replace(day=moved)) if 1 <= moved <= 28 else person


def _year_alone(_chance: random.Random, person: Person) -> Person:
    return replace(person, birth=date(person.birth.year, 1, 1), year_only=True)


def _sex_unknown(_chance: random.Random, person: Person) -> Person:
    return replace(person, sex="unknown")


ERRORS: list[tuple[Callable[[random.Random, Person], Person], int]] = [
    (_without_accents, 28),
    (_turned_round, 18),
    (_mistyped, 18),
    (_other_spelling, 10),
    (_middle_left_out, 6),
    (_day_and_month, 5),
    (_one_digit, 5),
    (_year_alone, 3),
    (_sex_unknown, 7),
]
