"""The letter of a decision: every kind in three languages, with no code in it, the authority by its name, and its bases in the order of force."""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.appointment.consumers import consumer
from services.appointment.decisions.bases import cited
from services.appointment.decisions.letters import LETTERS, written
from shared.i18n import LANGUAGES, current_language
from shared.jurisdictions import jurisdictions
from shared.words import KINDS as WORDS
from tests.appointment.letters import KINDS
from tests.appointment.world import ROOT, decision_request, facility, known
from tests.appointment.world_personnel import Personnel
from tests.support.api import Api
from tests.support.hearing import hear
from tests.support.pdf import text_of

PROVINCE = {"code": "VN-22", "name": "Tỉnh Quảng Ninh", "short_name": "Quảng Ninh", "level": "province", "country": "VN"}
COUNTRY = {"code": "VN", "name": "Việt Nam", "short_name": "Việt Nam", "level": "country", "country": "VN"}
PLACES = {"VN-22-BVT": "Bệnh viện Đa khoa tỉnh Quảng Ninh", "VN-22-TTBCE": "Trung tâm Y tế Ba Chẽ"}
DOCTOR = {"code": "VN-BS", "names": {"vi": "Bác sĩ", "fr": "Médecin", "en": "Doctor"}}

CODES = re.compile(
    r"\b(?:VN|CN|FR|MA)-[A-Z0-9]+|[0-9a-f]{8}-[0-9a-f]{4}-|\d{4}-\d{2}-\d{2}|\b(?:"
    + "|".join(sorted({code for words in WORDS.values() for code in words if "-" in code or "_" in code} | {"newborn-resuscitation", "short_course", "PRORATA", "ck1"}))
    + r")\b"
)

ENGLISH = re.compile(r"\b(?:" + "|".join(sorted({code for words in WORDS.values() for code in words})) + r")\b")
"""Codes that are one plain word, such as `resident`: none is a word of Vietnamese."""


@pytest.fixture(autouse=True)
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the registry tells of people, facilities, territories and titles."""

    async def told(_caller: Any, _method: str, path: str, *, json: Any = None) -> dict[str, Any]:
        if json is not None:
            return {"items": [{"id": person, "name": "Đặng Thị Ánh"} for person in json["ids"]]}
        code = path.partition("code=")[2].partition("&")[0]
        if "/areas" in path:
            return {"items": [area for area in (PROVINCE, COUNTRY) if area["code"] == code]}
        if "/occupations" in path:
            return {"items": [DOCTOR]}
        return {"items": [{"name": PLACES[code]}] if code in PLACES else []}

    monkeypatch.setattr("services.appointment.decisions.documents.ask", told)


@pytest.fixture
def said_in() -> Iterator[Any]:
    token = current_language.set("fr")
    yield current_language.set
    current_language.reset(token)


class Desk:
    """Where decisions are filed, signed and printed."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.things: defaultdict[str, UUID] = defaultdict(uuid4)

    async def signed(self, kind: str) -> str:
        basis, facts, ends_on = KINDS[kind]
        thing = self.things[kind]
        await hear(
            consumer, decision_request(thing, kind=kind.split(maxsplit=1)[0], legal_basis=basis, facts=facts, ends_on=ends_on, proposed_on="2025-02-03", effective_on="2025-04-01")
        )
        filed = (await self.api.as_("linh").get(f"{ROOT}/decisions", params={"source_id": str(thing)})).json()["items"][-1]
        answer = await self.api.as_("director").post(f"{ROOT}/decisions/{filed['id']}/signature", json={"number": "317/QĐ-SYT", "done_on": "2025-03-22"})
        assert answer.status_code == 201, answer.text
        return str(filed["id"])

    async def letter(self, decision_id: str, language: str) -> str:
        answer = await self.api.as_("director").get(f"{ROOT}/decisions/{decision_id}/document", params={"language": language})
        assert answer.status_code == 200, answer.text
        return text_of(answer.content)


@pytest.fixture
async def desk(api: Api) -> Desk:
    await hear(consumer, facility())
    return Desk(api)


@pytest.mark.parametrize("kind", KINDS)
async def test_no_letter_shows_a_code(desk: Desk, kind: str) -> None:
    """Every kind, in the three languages: read from the document itself."""
    decision_id = await desk.signed(kind)
    for language in LANGUAGES:
        letter = await desk.letter(decision_id, language)
        assert "317/QĐ-SYT" in letter, "the text was read"
        assert CODES.findall(letter.replace("317/QĐ-SYT", "")) == []
        if language == "vi":
            assert ENGLISH.findall(letter) == []


def test_every_kind_is_tried() -> None:
    assert set(LETTERS) == set(KINDS)


HIRE = {
    "vi": [
        "ỦY BAN NHÂN DÂN TỈNH QUẢNG NINH", "SỞ Y TẾ TỈNH QUẢNG NINH", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Số: 317/QĐ-SYT",
        "Quảng Ninh, ngày 22 tháng 3 năm 2025", "QUYẾT ĐỊNH", "Căn cứ Nghị quyết số 28/2023/NQ-HĐND của Hội đồng nhân dân tỉnh Quảng Ninh;", "Xét đề nghị ngày 03 tháng 02 năm 2025.",
        "Điều 1.", "từ ngày 01 tháng 4 năm 2025", "Bác sĩ", "Bác sĩ nội trú", "550.000.000 VND", "ngày 31 tháng 3 năm 2032", "Điều 2.", "Đặng Thị Ánh",
    ],
    "fr": [
        "COMITÉ POPULAIRE DE QUẢNG NINH", "DIRECTION DE LA SANTÉ DE QUẢNG NINH", "Quảng Ninh, le 22 mars 2025", "Vu la résolution n° 28/2023/NQ-HĐND du Conseil populaire de Quảng Ninh",
        "Sur la proposition du 3 février 2025.", "à compter du 1er avril 2025", "Médecin", "31 mars 2032", "Đặng Thị Ánh",
    ],
    "en": [
        "PEOPLE’S COMMITTEE OF QUẢNG NINH", "DEPARTMENT OF HEALTH OF QUẢNG NINH", "Quảng Ninh, 22 March 2025",
        "Having regard to Resolution 28/2023/NQ-HĐND of the People’s Council of Quảng Ninh;", "On the proposal of 3 February 2025.", "1 April 2025", "Doctor", "31 March 2032",
    ],
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
async def test_its_parts_in_their_order(desk: Desk, language: str) -> None:
    """State and motto, authority, number, place and day, bases, articles, persons: as official papers have them."""
    letter = await desk.letter(await desk.signed("hire"), language)
    place = 0
    for part in HIRE[language]:
        assert part in letter[place:], part
        place = letter.index(part, place)


class TestLetterhead:
    @pytest.mark.parametrize(
        ("country", "language", "state", "motto"),
        [
            ("FR", "fr", "RÉPUBLIQUE FRANÇAISE", "Liberté – Égalité – Fraternité"),
            ("MA", "fr", "ROYAUME DU MAROC", None),
            ("MA", "vi", "VƯƠNG QUỐC MAROC", None),
            ("VN", "fr", "RÉPUBLIQUE SOCIALISTE DU VIÊT NAM", "Indépendance – Liberté – Bonheur"),
        ],
    )
    async def test_is_that_of_the_country_of_who_decides(self, desk: Desk, country: str, language: str, state: str, motto: str | None) -> None:
        """The state above who decides in France and Morocco, beside them in Viet Nam; each with its own motto, or none."""
        thing, place = uuid4(), f"{country}-22-HOP"
        path = f"{country}.{country}-22.{place}"
        await hear(consumer, facility(place), decision_request(thing, at=place, authority_path=path, legal_basis=["Statut"], facts={}))
        signatory = desk.api.as_("director", groups=[f"/territories/{country}-22"])
        filed = (await signatory.get(f"{ROOT}/decisions", params={"source_id": str(thing)})).json()["items"][0]
        answer = await signatory.get(f"{ROOT}/decisions/{filed['id']}/document", params={"language": language})
        assert answer.status_code == 200, answer.text
        letter = text_of(answer.content)
        assert state in letter
        assert motto is None or motto in letter
        heads = [one.letterhead for one in jurisdictions().values()]
        others = [said[language] for head in heads for said in (head.state, head.motto or {}) if language in said]
        assert [other for other in others if other in letter or other.upper() in letter] == [said for said in others if said.upper() == state or said == motto]
        who_decides = letter.index(f"{country}-22" if country != "VN" else "DIRECTION DE LA SANTÉ DE QUẢNG NINH")
        assert (letter.index(state) < who_decides) is (country != "VN")


class TestProbation:
    @pytest.mark.parametrize(
        ("outcome", "says"), [("", "công nhận hết thời gian tập sự"), (" extended", "kéo dài thời gian tập sự"), (" ended", "chấm dứt hợp đồng sau thời gian tập sự")]
    )
    async def test_a_letter_says_its_outcome(self, desk: Desk, outcome: str, says: str) -> None:
        """A probation that was made longer is not “recognised as completed”."""
        assert says in await desk.letter(await desk.signed(f"probation_confirmation{outcome}"), "vi")


class TestBases:
    @pytest.mark.parametrize(
        ("citations", "said"),
        [
            (["Relais rule book, appointments (our reading)"], []),
            (
                ["Circular 08/2013/TT-BNV as amended by Circular 03/2021/TT-BNV, article 2 (36 months)"],
                [
                    "Điều 2 Thông tư số 08/2013/TT-BNV của Bộ trưởng Bộ Nội vụ hướng dẫn thực hiện chế độ nâng bậc lương thường xuyên và nâng bậc lương trước thời hạn "
                    "(được sửa đổi, bổ sung bởi Thông tư số 03/2021/TT-BNV của Bộ trưởng Bộ Nội vụ)"
                ],
            ),
            (
                [
                    "Resolution 28/2023/NQ-HĐND of the People's Council",
                    "Decision 14/2013/QĐ-TTg (duty of rotation)",
                    "Law 15/2023/QH15 on medical examination and Circular 32/2023/TT-BYT (120 hours)",
                ],
                [
                    "Luật số 15/2023/QH15 của Quốc hội về khám bệnh, chữa bệnh",
                    "Quyết định số 14/2013/QĐ-TTg của Thủ tướng Chính phủ về chế độ luân phiên có thời hạn đối với người hành nghề tại cơ sở khám bệnh, chữa bệnh",
                    "Thông tư số 32/2023/TT-BYT của Bộ trưởng Bộ Y tế",
                    "Nghị quyết số 28/2023/NQ-HĐND của Hội đồng nhân dân tỉnh Quảng Ninh",
                ],
            ),
            (["Nghị định 56/2011/NĐ-CP (hồi sức, cấp cứu)"], ["Nghị định 56/2011/NĐ-CP (hồi sức, cấp cứu)"]),
            (["Quy chế của bệnh viện"], ["Quy chế của bệnh viện"]),
        ],
    )
    def test_in_vietnamese(self, said_in: Any, citations: list[str], said: list[str]) -> None:
        """The strongest text first; what was typed in the words of the country stays; a rule of the product is no law."""
        said_in("vi")
        assert cited(citations, "tỉnh Quảng Ninh") == said

    def test_a_text_typed_in_vietnamese_is_said_in_french(self, said_in: Any) -> None:
        said_in("fr")
        assert cited(["Nghị định số 56/2011/NĐ-CP"], "Quảng Ninh") == ["le décret n° 56/2011/NĐ-CP du Gouvernement"]


@pytest.mark.parametrize(
    ("language", "day", "said"),
    [
        ("vi", "2025-02-05", "ngày 05 tháng 02 năm 2025"),
        ("vi", "2025-03-09", "ngày 09 tháng 3 năm 2025"),
        ("vi", "2025-10-31", "ngày 31 tháng 10 năm 2025"),
        ("fr", "2025-04-01", "1er avril 2025"),
        ("fr", "2025-04-11", "11 avril 2025"),
        ("en", "2025-04-01", "1 April 2025"),
    ],
)
def test_days_as_official_papers_write_them(said_in: Any, language: str, day: str, said: str) -> None:
    said_in(language)
    assert written(date.fromisoformat(day)) == said


async def test_persons_are_those_of_the_decision(desk: Desk) -> None:
    assert str(known("Ánh")) not in await desk.letter(await desk.signed("awards"), "en")


class TestPaySteps:
    async def test_each_person_with_the_step_its_coefficient_and_its_day(self, desk: Desk, api: Api) -> None:
        """The list is annexed to the letter: what the signature grants to each, before it is signed too."""
        personnel = Personnel(api)
        people = await personnel.employ("Ánh", "Bình")
        items = [{"reference": f"QN-BL-{person}", "person_id": person, "step": 3, "since": since} for person, since in zip(people, ("2022-12-01", "2022-11-15"), strict=True)]
        entered = await personnel.post("hr-bvt", "pay-steps/batch", {"items": items}, expect=200)
        proposed = await personnel.post("hr-bvt", "pay-step-lists", {"lines": [{"pay_step_id": item["pay_step"]["id"]} for item in entered["items"]]})
        filed = (await api.as_("linh").get(f"{ROOT}/decisions", params={"source_id": proposed["id"]})).json()["items"][0]
        for language, parts in {
            "vi": ["Họ và tên", "A1, bậc 3 lên bậc 4", "3,00 → 3,33", "15/11/2025", "A1, bậc 3 lên bậc 4", "01/12/2025"],
            "fr": ["Nom complet", "A1, échelon 3 à 4", "3,00 → 3,33", "15/11/2025"],
            "en": ["Full name", "A1, step 3 to 4", "3.00 → 3.33", "15/11/2025"],
        }.items():
            letter = await desk.letter(filed["id"], language)
            assert letter.count("Đặng Thị Ánh") == 2
            place = 0
            for part in parts:
                assert part in letter[place:], part
                place = letter.index(part, place) + len(part)
