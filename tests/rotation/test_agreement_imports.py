"""Opening balances from a file: the agreements that two facilities had signed before the register was opened here, one row per obligation."""

from typing import Any

import pytest

from services.rotation.agreements.use_cases import follow_the_calendar
from tests.rotation.world import CENTRE, HOSPITAL, ROOT, STATION, World, agreement, announced, known
from tests.support.service import environment

HEADINGS = "reference,giver_code,receiver_code,model,programme,number,starts_on,ends_on,signed_on,giver_contact_no,receiver_contact_no,followed_from,specialty,visits_per_month,techniques\n"
SURGERY = f"QN-01,{HOSPITAL},{CENTRE},hỗ trợ toàn diện,,12/TT-2024,01/01/2024,31/12/2027,28/12/2023,,,,surgery,2,laparoscopic-appendectomy; hernia-repair\n"
PAEDIATRICS = f"QN-01,{HOSPITAL},{CENTRE},comprehensive,,12/TT-2024,01/01/2024,31/12/2027,28/12/2023,,,,paediatrics,1,\n"
STATION_LINE = f"QN-02,{CENTRE},{STATION},direction technique de réseau,,,01/06/2025,31/05/2026,30/05/2025,QN-7,,,internal-medicine,1,\n"


@pytest.fixture
async def world(province: World) -> World:
    await province.heard(known("nurse"), at=CENTRE, worker_no="QN-7")
    return province


async def sent(world: World, content: str, person: str = "linh", headings: str = HEADINGS, *, expect: int = 201) -> dict[str, Any]:
    answer = await world.api.as_(person).post(f"{ROOT}/imports", files={"file": ("agreements.csv", (headings + content).encode(), "text/csv")}, data={"kind": "agreements"})
    assert answer.status_code == expect, answer.text
    report: dict[str, Any] = answer.json()
    return report


async def confirmed(world: World, content: str) -> dict[str, Any]:
    report = await sent(world, content)
    assert report["bad"] == 0, report["report"]
    return await world.act("linh", f"/imports/{report['id']}/confirmation", {})


async def agreements(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await world.read("linh", "/agreements"))["items"]
    return found


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        (SURGERY.replace("QN-01", ""), "reference", "This must be filled."),
        (SURGERY.replace("QN-01", "Q" * 101), "reference", "This text is longer than 100 characters."),
        (SURGERY.replace(HOSPITAL, "BVT"), "giver_code", "“BVT” is not a code such as VN-22-BVT."),
        (SURGERY.replace(HOSPITAL, "VN-22-NOWHERE"), "giver_code", "No facility VN-22-NOWHERE exists on 2024-01-01."),
        (SURGERY.replace(CENTRE, "VN-22-NOWHERE"), "receiver_code", "No facility VN-22-NOWHERE exists on 2024-01-01."),
        (SURGERY.replace(CENTRE, HOSPITAL), "receiver_code", "A facility makes no agreement with itself."),
        (SURGERY.replace("01/01/2024", "01/01/1975"), "giver_code", "No facility VN-22-BVT exists on 1975-01-01."),
        (SURGERY.replace("hỗ trợ toàn diện", "friendship"), "model", "“friendship” is not known here. Known: comprehensive, satellite, guidance, telehealth."),
        (SURGERY.replace("toàn diện,,", "toàn diện,hanoi-rotation,"), "programme", "No programme hanoi-rotation is open to VN-22-BVT on 2024-01-01."),
        (SURGERY.replace("31/12/2027", "31/12/2023"), "ends_on", "The last day is before the first one."),
        (SURGERY.replace("31/12/2027", "31/02/2027"), "ends_on", "“31/02/2027” is no day of the calendar: write the day first, dd/mm/yyyy."),
        (SURGERY.replace("28/12/2023", ""), "signed_on", "This must be filled."),
        (SURGERY.replace("28/12/2023", "01/10/2026"), "signed_on", "An act cannot be done in the future; today is 2025-10-01."),
        (SURGERY.replace("28/12/2023,", "28/12/2023,QN-7"), "giver_contact_no", "No worker QN-7 works at VN-22-BVT today."),
        (SURGERY.replace("28/12/2023,,", "28/12/2023,,QN-9"), "receiver_contact_no", "No worker QN-9 works at VN-22-TTBCE today."),
        (SURGERY.replace(",surgery", "01/11/2025,surgery"), "followed_from", "This day is still to come."),
        (SURGERY.replace(",surgery", ",Phù thủy"), "specialty", "“Phù thủy” is not a code such as internal-medicine."),
        (SURGERY.replace(",2,", ",32,"), "visits_per_month", "32 is not between 0 and 31."),
        (SURGERY.replace(",2,", ",,"), "visits_per_month", "This must be filled."),
        (SURGERY.replace("hernia-repair", "Thoát vị"), "techniques", "“Thoát” is not a code such as internal-medicine."),
    ],
)
async def test_a_line_that_cannot_be(world: World, line: str, column: str, reason: str) -> None:
    report = await sent(world, line)
    assert [(finding["row"], finding["column"], finding["reason"]) for finding in report["report"]] == [(2, column, reason)]


@pytest.mark.parametrize("column", ["reference", "giver_code", "receiver_code", "model", "starts_on", "ends_on", "signed_on", "specialty", "visits_per_month"])
async def test_columns_that_must_stand(world: World, column: str) -> None:
    assert (await sent(world, SURGERY, headings=HEADINGS.replace(column, ""), expect=422))["fields"] == [
        {"path": column, "reason": "This column is missing from the headings of the file."}
    ]


@pytest.mark.parametrize("person", ["hr-bvt", "head-bvt", "director", "training", "analyst"])
async def test_who_may_not_load_what_was_signed_on_paper(world: World, person: str) -> None:
    assert (await sent(world, SURGERY, person, expect=403))["type"].endswith("/role-missing")


async def test_another_province_enters_nothing_here(world: World) -> None:
    report = await sent(world, SURGERY, "hanoi")
    assert [(finding["column"], finding["reason"]) for finding in report["report"]] == [("giver_code", "You do not act for this facility.")]


async def test_the_past_is_entered_by_a_records_officer(world: World) -> None:
    files = {"file": ("agreements.csv", (HEADINGS + SURGERY).encode(), "text/csv")}
    answer = await world.api.as_("linh", roles=["regional-administrator"]).post(f"{ROOT}/imports", files=files, data={"kind": "agreements"})
    assert answer.json()["report"][0]["column"] == "signed_on"


class TestWhole:
    """An agreement takes several rows: it is loaded whole or not at all."""

    async def test_one_bad_row_keeps_the_others_out(self, world: World) -> None:
        report = await sent(world, SURGERY + PAEDIATRICS.replace(",1,", ",many,") + STATION_LINE)
        assert (report["good"], report["bad"]) == (1, 2)
        assert [(finding["row"], finding["column"]) for finding in report["report"]] == [(2, None), (3, "visits_per_month")]
        assert report["report"][0]["reason"] == "Row 3 belongs with this one and is in error: they are loaded together or not at all."
        await world.act("linh", f"/imports/{report['id']}/confirmation", {})
        assert [each["reference"] for each in await agreements(world)] == ["QN-02"]

    async def test_rows_that_say_different_things_about_it(self, world: World) -> None:
        report = await sent(world, SURGERY + PAEDIATRICS.replace("31/12/2027", "30/06/2027"))
        assert [(finding["row"], finding["column"]) for finding in report["report"]] == [(2, None), (3, "reference")]

    async def test_one_specialty_twice(self, world: World) -> None:
        report = await sent(world, SURGERY + SURGERY.replace(",2,", ",3,") + SURGERY.replace(",2,", ",4,") + PAEDIATRICS + PAEDIATRICS)
        assert (report["good"], report["bad"], report["unchanged"]) == (0, 4, 1)

    async def test_the_register_changed_since_the_check(self, world: World) -> None:
        report = await sent(world, SURGERY + PAEDIATRICS + STATION_LINE)
        assert (report["good"], report["bad"]) == (3, 0)
        await world.drafted(reference="QN-AG-9")
        done = await world.act("linh", f"/imports/{report['id']}/confirmation", {})
        assert (done["written"], done["bad"]) == (1, 2)
        assert {each["reference"] for each in await agreements(world)} == {"QN-AG-9", "QN-02"}


class TestPeriod:
    async def test_one_agreement_of_a_model_at_a_time(self, world: World) -> None:
        await world.drafted()
        report = await sent(world, SURGERY)
        assert (report["report"][0]["column"], report["report"][0]["reason"]) == ("starts_on", "These two facilities already have an agreement of this model in this period.")
        assert (await sent(world, SURGERY.replace("31/12/2027", "31/12/2024")))["good"] == 1
        assert (await sent(world, SURGERY.replace("hỗ trợ toàn diện", "telehealth")))["good"] == 1

    async def test_in_the_same_file_too(self, world: World) -> None:
        report = await sent(world, SURGERY + PAEDIATRICS + SURGERY.replace("QN-01", "QN-03").replace("01/01/2024", "31/12/2027").replace("31/12/2027,28", "31/12/2029,28"))
        assert (report["good"], [finding["row"] for finding in report["report"]]) == (2, [4])


class TestGood:
    async def test_they_stand_as_on_paper_and_promise_from_this_month_on(self, world: World) -> None:
        done = await confirmed(world, SURGERY + PAEDIATRICS + STATION_LINE)
        assert (done["state"], done["written"]) == ("confirmed", 3)
        found = {each["reference"]: each for each in await agreements(world)}
        first = found["QN-01"]
        assert (first["state"], first["on_paper"], first["number"], first["programme"]) == ("active", True, "12/TT-2024", "comprehensive-support")
        assert (first["giver_signed_on"], first["receiver_signed_on"]) == ("2023-12-28", "2023-12-28")
        assert [(each["specialty"], each["visits_per_month"], each["techniques"]) for each in first["obligations"]] == [
            ("paediatrics", 1, []),
            ("surgery", 2, ["laparoscopic-appendectomy", "hernia-repair"]),
        ]
        assert (found["QN-02"]["model"], found["QN-02"]["giver_contact"]) == ("guidance", str(known("nurse")))
        assert [event["type"].split(".")[2] for event in await announced("agreements")] == ["signed", "signed", "started", "started"]
        assert {(visit["month"], visit["promised_on"]) for visit in await announced("visits")} == {("2025-10-01", "2025-10-01")}
        assert len(await announced("visits")) == 4
        dues = {(due["kind"], due["subject_id"]): due for due in await announced("dues")}
        assert dues["agreement_ends", first["id"]]["due_on"] == "2027-12-31"
        assert (dues["visit_due", first["id"]]["due_on"], dues["visit_due", first["id"]]["facts"]["visits"]) == ("2025-10-31", 3)
        with environment(RELAIS_TODAY="2025-11-01"):
            await follow_the_calendar()
        assert len(await announced("visits")) == 8

    async def test_visits_are_followed_from_the_month_that_the_file_says(self, world: World) -> None:
        await confirmed(world, SURGERY.replace(",surgery", "15/07/2025,surgery"))
        assert sorted({visit["month"] for visit in await announced("visits")}) == ["2025-07-01", "2025-08-01", "2025-09-01", "2025-10-01"]

    async def test_one_of_tomorrow_waits_for_its_day(self, world: World) -> None:
        await confirmed(world, SURGERY.replace("01/01/2024", "01/12/2025"))
        assert [each["state"] for each in await agreements(world)] == ["signed"]
        assert await announced("visits") == []
        with environment(RELAIS_TODAY="2025-12-01"):
            await follow_the_calendar()
        assert {visit["month"] for visit in await announced("visits")} == {"2025-12-01"}

    async def test_both_sides_see_it_and_act_on_it(self, world: World) -> None:
        await confirmed(world, SURGERY + PAEDIATRICS)
        (loaded,) = await agreements(world)
        assert (await world.read("hr-bache", f"/agreements/{loaded['id']}"))["id"] == loaded["id"]
        held = await world.visit(loaded, by="hr-bache", held_on="2025-10-01", done_on="2025-10-01")
        assert held["promised_on"] == "2025-10-01"
        assert (await world.visit(loaded, by="hr-bvt", held_on="2025-03-12"))["promised_on"] is None  # the months before stand on paper

    async def test_headings_in_french_and_vietnamese(self, world: World) -> None:
        french = "référence de la convention;établissement qui soutient;établissement soutenu;modèle;début;fin;signée le;spécialité;visites par mois\n"
        line = f"QN-01;{HOSPITAL};{CENTRE};soutien global;01/01/2024;31/12/2027;28/12/2023;surgery;2\n"
        vietnamese = "mã thỏa thuận;mã cơ sở hỗ trợ;mã cơ sở nhận hỗ trợ;hình thức;từ ngày;đến ngày;ngày ký;chuyên khoa;số buổi mỗi tháng\n"
        assert (await sent(world, line.replace(";surgery;", ";Chirurgie;"), headings=french))["good"] == (await sent(world, line, headings=vietnamese))["good"] == 1


class TestAgain:
    async def test_the_same_file_changes_nothing(self, world: World) -> None:
        first = await confirmed(world, SURGERY + PAEDIATRICS + STATION_LINE)
        again = await sent(world, SURGERY + PAEDIATRICS + STATION_LINE)
        assert (again["good"], again["bad"], again["unchanged"]) == (0, 0, 3)
        assert (await world.act("linh", f"/imports/{first['id']}/confirmation", {}))["written"] == 3
        assert len(await agreements(world)) == 2

    @pytest.mark.parametrize("changed", [SURGERY.replace(",2,", ",3,"), SURGERY.replace("31/12/2027", "31/12/2026"), SURGERY.replace(",surgery", ",ent")])
    async def test_what_is_recorded_is_not_said_otherwise(self, world: World, changed: str) -> None:
        await confirmed(world, SURGERY)
        assert [(finding["column"], finding["reason"]) for finding in (await sent(world, changed))["report"]] == [
            ("reference", "The agreement QN-01 is already recorded otherwise.")
        ]

    async def test_an_agreement_entered_by_hand_is_known(self, world: World) -> None:
        await world.act("linh", "/agreements", agreement(reference="QN-01", number="12/TT-2024", starts_on="2024-01-01", signed_on="2023-12-28"))
        report = await sent(world, SURGERY.replace("; hernia-repair", "") + PAEDIATRICS)
        assert report["unchanged"] == 2
