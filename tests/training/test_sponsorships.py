"""Sponsored studies: who may be sent (4.4), what is owed (COM-02), the board, the bond, and the way to the diploma and back."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.training.consumers import consumer
from services.training.rules import PACKS
from services.training.sponsorships.bonds import bond_ends_on, bond_rule, breach_policy, months_due, owed_back, whole_months
from services.training.sponsorships.eligibility import Degree, Situation, evaluate
from services.training.sponsorships.events import CostItem
from services.training.sponsorships.workflow import SPONSORSHIP
from shared.calendars import completed_years, period_end
from tests.support.hearing import hear
from tests.support.registry import Registry
from tests.training.world import PROVINCIAL, REMOTE, World, assignment, known, worker
from tests.training.world_studies import Studies, announced, decision, need, probation

OLD, NEW = PACKS.pinned("vn-2020"), PACKS.pinned("vn-2026")


def situation(**changes: Any) -> Situation:
    """A public employee, specialist in intensive care since 2015, who asks for specialist level I."""
    asked: dict[str, Any] = {
        "person_id": known("somebody"), "facility_code": PROVINCIAL, "employment_type": "public_employee", "worker_specialty": "anaesthesia-icu", "first_day": date(2015, 1, 1),
        "retirement_on": date(2050, 1, 31), "on_probation": False, "birth": None, "degrees": [], "programme": "ck1", "specialty": "anaesthesia-icu", "first_postgraduate": True,
        "starts_on": date(2026, 2, 1), "ends_on": date(2028, 1, 31), "months_due": 48, "need_facility": PROVINCIAL, "need_specialty": "anaesthesia-icu",
    }  # fmt: skip
    return Situation(**asked | changes)


def lacking(day: date = date(2026, 1, 10), **changes: Any) -> set[str]:
    return {criterion.id for criterion in evaluate(situation(**changes), day=day, pack=NEW if day >= date(2026, 1, 1) else OLD) if not criterion.met}


class TestWhoMayBeSent:
    def test_a_public_employee_whose_probation_is_over(self) -> None:
        assert lacking() == set()
        assert lacking(on_probation=True) == {"probation-over"}

    def test_a11_a_civil_servant_of_46_asks_for_a_first_master(self) -> None:
        """A11: refused (≤ 45); a public employee has no age rule in the pack."""
        born = date(1979, 12, 31)
        asked = {"programme": "master", "birth": born, "first_day": date(2010, 1, 1)}
        assert lacking(**asked, employment_type="civil_servant") == {"age"}
        assert lacking(**asked, employment_type="public_employee") == set()
        [age] = [criterion for criterion in evaluate(situation(**asked, employment_type="civil_servant"), day=date(2026, 1, 10), pack=NEW) if criterion.id == "age"]
        assert (age.rule.id, age.rule.value["years"], bool(age.rule.citation), bool(age.possible)) == ("TRN-AGE-civil_servant", 45, True, True)

    @pytest.mark.parametrize(("born", "met"), [(date(1980, 2, 2), True), (date(1980, 2, 1), False), (date(1980, 1, 31), False)])
    def test_45_until_the_eve_of_the_46th_birthday(self, born: date, met: bool) -> None:
        """R-AGE: completed years on the first day of the course, here 1 February 2026."""
        assert ("age" not in lacking(employment_type="civil_servant", birth=born)) is met

    def test_the_age_rule_is_of_1_july_2025_and_of_the_first_study_alone(self) -> None:
        old = {"employment_type": "civil_servant", "birth": date(1970, 1, 1), "retirement_on": None}
        assert lacking(date(2025, 6, 30), **old) == set()
        assert lacking(date(2025, 7, 1), **old) == {"age"}
        assert lacking(first_postgraduate=False, **old) == set()

    def test_three_years_of_service(self) -> None:
        assert lacking(employment_type="civil_servant", birth=date(1990, 1, 1), first_day=date(2023, 2, 1)) == set()
        assert lacking(employment_type="civil_servant", birth=date(1990, 1, 1), first_day=date(2023, 2, 2)) == {"years-of-service"}

    def test_specialist_level_i_asks_twelve_months_of_practice(self) -> None:
        assert lacking(first_day=date(2025, 2, 1)) == set()
        assert lacking(first_day=date(2025, 3, 1)) == {"experience"}
        assert lacking(first_day=None) == {"experience"}
        assert lacking(first_day=date(2025, 3, 1), programme="master") == set()

    @pytest.mark.parametrize(
        ("degrees", "met"),
        [
            ([], False),
            ([Degree("ck1", "anaesthesia-icu", date(2020, 6, 1))], True),
            ([Degree("ck1", None, None)], True),
            ([Degree("ck1", "surgery", date(2020, 6, 1))], False),
            ([Degree("master", "anaesthesia-icu", date(2023, 2, 1))], True),
            ([Degree("master", "anaesthesia-icu", date(2023, 2, 2))], False),
            ([Degree("master", "surgery", date(2015, 1, 1))], False),
        ],
    )
    def test_specialist_level_ii_asks_level_i_or_a_master_and_36_months(self, degrees: list[Degree], met: bool) -> None:
        assert (lacking(programme="ck2", degrees=degrees) == set()) is met

    def test_the_study_fits_the_job_or_the_need(self) -> None:
        assert lacking(worker_specialty="surgery", need_specialty="surgery") == {"specialty-fits"}
        assert lacking(worker_specialty="surgery") == set()
        assert lacking(worker_specialty=None, need_specialty=None) == set()
        assert lacking(need_facility=REMOTE) == {"need-of-the-place"}

    def test_the_service_owed_ends_before_the_retirement(self) -> None:
        assert lacking(retirement_on=date(2032, 1, 31)) == set()
        assert lacking(retirement_on=date(2032, 1, 30)) == {"retirement-leaves-time"}

    @given(st.dates(date(1950, 1, 1), date(2005, 12, 31)), st.dates(date(2006, 1, 1), date(2040, 12, 31)))
    def test_completed_years_change_on_the_birthday_alone(self, born: date, day: date) -> None:
        years = completed_years(born, day)
        assert years - completed_years(born, day - timedelta(days=1)) in (0, 1)
        assert years in (day.year - born.year, day.year - born.year - 1)


class TestWhatIsOwed:
    @pytest.mark.parametrize(
        ("employment", "day", "factor"),
        [
            ("public_employee", date(2026, 1, 1), 2),
            (None, date(2026, 1, 1), 2),
            ("civil_servant", date(2025, 6, 30), 2),
            ("civil_servant", date(2025, 7, 1), 3),
            ("civil_servant", date(2026, 1, 1), 3),
        ],
    )
    def test_times_the_course(self, employment: str | None, day: date, factor: int) -> None:
        assert bond_rule(employment, day, NEW if day.year == 2026 else OLD)[1] == factor

    def test_the_handbook_s_bond(self) -> None:
        """COM-02's worked example: a course of 24 months, twice, is 48 months."""
        months = whole_months(date(2025, 2, 1), date(2027, 1, 31))
        assert (months, months_due(months, Decimal(2)), bond_ends_on(date(2027, 1, 31), 48)) == (24, 48, date(2031, 1, 31))

    @pytest.mark.parametrize(
        ("first", "last", "months"),
        [
            (date(2025, 2, 1), date(2025, 2, 28), 1),
            (date(2025, 2, 1), date(2025, 3, 14), 1),
            (date(2025, 2, 1), date(2025, 3, 15), 2),
            (date(2025, 1, 31), date(2025, 2, 28), 1),
            (date(2025, 2, 1), date(2025, 2, 14), 0),
        ],
    )
    def test_a_rest_of_fifteen_days_is_a_month(self, first: date, last: date, months: int) -> None:
        assert whole_months(first, last) == months

    @given(st.dates(date(2000, 1, 1), date(2050, 12, 31)), st.integers(1, 120))
    def test_a_period_of_n_months_has_n_months(self, first: date, months: int) -> None:
        assert whole_months(first, period_end(first, months)) == months

    def test_salary_and_allowances_are_never_owed(self) -> None:
        items = [CostItem(kind=kind, amount=10) for kind in ("tuition", "course_expenses", "salary", "allowance")]  # type: ignore[arg-type]
        assert owed_back(items) == 20

    def test_reduced_for_the_time_served_or_whole(self) -> None:
        assert [breach_policy(NEW, whole=whole).kind for whole in (False, True)] == ["PRORATA", "FULL"]


@pytest.fixture
async def studies(world: World) -> Studies:
    await hear(consumer, need(), need("need at the centre", at=REMOTE))
    return Studies(world)


@pytest.fixture
async def doctor(studies: Studies) -> str:
    """An anaesthetist of the provincial hospital, a public employee since 2020."""
    return await placed(studies, "Nguyễn Thị Hoa")


async def placed(studies: Studies, name: str, *, unit: str | None = None, **changes: Any) -> str:
    [person] = await studies.world.people(name, **({"unit": unit} if unit else {}))
    known_of = {"specialty": "anaesthesia-icu", "employment_type": "public_employee", "first_day": "2020-01-01", "retirement_on": "2050-12-31"}
    await hear(consumer, worker(person, **known_of | changes))
    return person


async def born_in_1979(studies: Studies, registry: Registry) -> str:
    """A civil servant whose birth date the registry knows."""
    body = {"names": [{"kind": "legal", "value": "Trần Văn Bình"}], "birth_date": "1979-12-31", "sex": "male", "purposes": ["worker"]}
    person = str((await registry.enter("linh", "persons", body))["id"])
    post = {"facility_code": PROVINCIAL, "unit": "Khoa lâm sàng", "occupation_code": "VN-BS", "fte": 1, "open_from": "1990-01-01", "reference": f"P-{person}"}
    seat = await registry.enter("linh", "posts", post)
    placing = {"person_id": person, "kind": "primary", "fte_share": 1, "starts_on": "2010-01-01", "done_on": "2010-01-01", "post_id": seat["id"]}
    await registry.enter("linh", "assignments", placing)
    civil_servant = worker(person, specialty="anaesthesia-icu", employment_type="civil_servant", first_day="2010-01-01", retirement_on="2041-12-31")
    await hear(consumer, civil_servant, assignment(person, starts_on="2010-01-01"))
    return person


class TestApply:
    @pytest.mark.parametrize(
        ("person", "status", "slug"), [("director", 403, "role-missing"), ("training", 403, "role-missing"), ("hr-bc", 422, "malformed"), ("hanoi", 422, "malformed")]
    )
    async def test_who_may_not(self, studies: Studies, doctor: str, person: str, status: int, slug: str) -> None:
        assert (await studies.applied(doctor, by=person, expect=status))["type"].endswith(f"/{slug}")

    @pytest.mark.parametrize(
        "changes",
        [
            {"programme": "bachelor"},
            {"ends_on": "2025-02-01"},
            {"cover_reason": None},
            {"cover_person_id": str(uuid4())},
            {"cost_items": [{"kind": "tuition", "amount": -1}]},
            {"cost_items": [{"kind": "gifts", "amount": 1}]},
            {"bond_factor": "0.5"},
        ],
    )
    async def test_what_is_malformed(self, studies: Studies, doctor: str, changes: dict[str, Any]) -> None:
        await studies.applied(doctor, **changes, expect=422)

    async def test_everything_is_judged_and_computed(self, studies: Studies, doctor: str) -> None:
        study = await studies.applied(doctor)
        assert (study["state"], study["course_months"], study["months_due"], study["bond_ends_on"]) == ("applied", 24, 48, "2031-01-31")
        assert (study["benefit_amount"], study["breach_policy"]["kind"]) == (240_000_000, "PRORATA")
        assert {criterion["id"]: criterion["met"] for criterion in study["criteria"]} == dict.fromkeys(
            ("need-of-the-place", "specialty-fits", "experience", "retirement-leaves-time", "probation-over"), True
        )
        assert all(criterion["rule"]["citation"] for criterion in study["criteria"])
        assert await announced("holds") == []

    async def test_more_service_may_be_asked_never_less(self, studies: Studies, doctor: str) -> None:
        refused = await studies.applied(doctor, bond_factor="1.5", expect=409)
        assert (refused["type"].rsplit("/", 1)[-1], refused["rule"]["id"], refused["rule"]["value"]) == ("bond-too-short", "TRN-BOND-public_employee", 2)
        assert (await studies.applied(doctor, bond_factor="2.5"))["months_due"] == 60

    async def test_a_refusal_names_the_law_in_the_reader_s_language(self, studies: Studies, doctor: str) -> None:
        reader = studies.world.api.in_language("vi").as_("hr-bvt")
        refused = (await reader.post("/api/v1/training/sponsorships", json=studies.application(doctor, bond_factor="1.5"))).json()
        assert refused["rule"] == {
            "id": "TRN-BOND-public_employee",
            "value": 2,
            "unit": "lần số tháng học",
            "citation": "Nghị định 101/2017/NĐ-CP (viên chức phục vụ ít nhất gấp đôi thời gian đào tạo)",
            "confidence": "confirmed",
        }

    async def test_one_study_at_a_time(self, studies: Studies, doctor: str) -> None:
        await studies.applied(doctor)
        assert (await studies.applied(doctor, programme="master", expect=409))["type"].endswith("/already-sponsored")


class TestEligibility:
    async def test_a11_over_http(self, studies: Studies, registry: Registry) -> None:
        """A11: a civil servant of 46 is refused with the rule, its value and its citation; the registry says how old they are, and nobody keeps it."""
        person = await born_in_1979(studies, registry)
        study = await studies.applied(person, programme="master", starts_on="2026-02-01", ends_on="2028-01-31", done_on="2025-09-01")
        refused = await studies.act(study, "eligibility", outcome="eligible", done_on="2025-09-02", expect=409)
        assert (refused["type"].rsplit("/", 1)[-1], refused["rule"]["id"], refused["rule"]["value"]["years"]) == ("not-eligible", "TRN-AGE-civil_servant", 45)
        assert refused["rule"]["citation"]
        assert refused["possible"]
        assert "1979" not in str(study)
        await hear(consumer, worker(person, specialty="anaesthesia-icu", employment_type="public_employee", first_day="2010-01-01"))
        assert (await studies.act(study, "eligibility", outcome="eligible", done_on="2025-09-02"))["state"] == "eligible"

    async def test_a_need_of_another_place(self, studies: Studies, doctor: str) -> None:
        study = await studies.applied(doctor, by="linh", need_id=str(known("need at the centre")))
        refused = await studies.act(study, "eligibility", by="linh", outcome="eligible", done_on="2025-01-08", expect=409)
        assert (refused["type"].rsplit("/", 1)[-1], refused["rule"]["id"], len(refused["missing"])) == ("not-eligible", "TRN-NEED", 1)

    async def test_on_probation(self, studies: Studies, doctor: str) -> None:
        study = await studies.applied(doctor)
        await hear(consumer, probation(doctor))
        refused = await studies.act(study, "eligibility", outcome="eligible", done_on="2025-01-08", expect=409)
        assert refused["rule"]["id"] == "TRN-PROBATION"
        await hear(consumer, probation(doctor, state="confirmed"))
        assert (await studies.act(study, "eligibility", outcome="eligible", done_on="2025-01-08"))["state"] == "eligible"

    async def test_the_registry_says_who_holds_what(self, studies: Studies, doctor: str, registry: Registry) -> None:
        asked = {"programme": "ck2", "starts_on": "2025-03-01", "ends_on": "2027-02-28"}
        study = await studies.applied(doctor, **asked)
        refused = await studies.act(study, "eligibility", outcome="eligible", done_on="2025-01-08", expect=409)
        assert refused["rule"]["id"] == "TRN-EXPERIENCE-CK2"
        held = {"type": "ck1", "title": "Bác sĩ CK1 Gây mê hồi sức", "specialty": "anaesthesia-icu", "issued_on": "2018-06-01", "done_on": "2025-01-07"}
        await registry.enter("linh", f"persons/{doctor}/qualifications", held)
        assert (await studies.act(study, "eligibility", outcome="eligible", done_on="2025-01-08"))["state"] == "eligible"

    async def test_who_is_refused_is_told_why(self, studies: Studies, doctor: str) -> None:
        study = await studies.applied(doctor)
        assert (await studies.act(study, "eligibility", outcome="ineligible", done_on="2025-01-08", expect=409))["type"].endswith("/reasons-missing")
        refused = await studies.act(study, "eligibility", outcome="ineligible", comment="Two colleagues are away already", done_on="2025-01-08")
        assert (refused["state"], refused["judged_comment"]) == ("ineligible", "Two colleagues are away already")


class TestBoard:
    @pytest.mark.parametrize(
        ("person", "status", "slug"), [("hr-bvt", 403, "role-missing"), ("director", 403, "role-missing"), ("head-bache", 404, "not-found"), ("hanoi", 404, "not-found")]
    )
    async def test_who_may_not(self, studies: Studies, doctor: str, person: str, status: int, slug: str) -> None:
        study = await studies.eligible(doctor)
        refused = await studies.act(study, "board", by=person, outcome="approved", done_on="2025-01-10", expect=status)
        assert refused["type"].endswith(f"/{slug}")

    async def test_never_the_applicant(self, studies: Studies, doctor: str) -> None:
        study = await studies.eligible(doctor, by="linh")
        refused = await studies.act(study, "board", by="linh", outcome="approved", done_on="2025-01-10", expect=403)
        assert refused["type"].endswith("/approver-is-applicant")

    async def test_an_approval_holds_the_days_and_asks_for_the_signature(self, studies: Studies, doctor: str) -> None:
        study = await studies.approved(doctor)
        assert study["state"] == "board_approved"
        [hold] = await announced("holds")
        assert (hold["data"]["outcome"], hold["data"]["source_id"]) == ("confirmed", study["id"])
        [asked] = await announced("decision_requests")
        assert (asked["data"]["kind"], asked["data"]["person_ids"], asked["data"]["ends_on"]) == ("sponsorship", [doctor], "2027-01-31")
        assert (asked["data"]["facts"]["months_due"], asked["data"]["facts"]["amount"]) == (48, 240_000_000)

    async def test_who_is_away_already_is_not_approved(self, studies: Studies, doctor: str) -> None:
        stay = {"kind": "short_course", "title": "Siêu âm", "country": "CN", "host": "Quảng Tây", "field": "imaging", "starts_on": "2025-03-01", "ends_on": "2025-03-28"}
        await studies.world.act("hr-bvt", "/stay-groups", stay | {"participants": [{"person_id": doctor, "cover_reason": "none"}], "done_on": "2025-01-05"})
        study = await studies.eligible(doctor)
        refused = await studies.act(study, "board", by="linh", outcome="approved", done_on="2025-01-10", expect=409)
        assert refused["conflicts"]
        assert (await studies.read(study))["state"] == "eligible"

    async def test_only_the_head_lets_the_minimum_be_broken(self, studies: Studies, registry: Registry) -> None:
        """TRN-02 and SEC-02: the administrator enters what the board decided, and breaks no minimum."""
        alone = await placed(studies, "Vũ Thị Lan", unit="Khoa Gây mê")
        minimum = {"facility_code": "VN-22-BVT", "unit": "Khoa Gây mê", "occupation_code": "VN-BS", "min_present": 1, "valid_from": "2025-01-01"}
        await registry.enter("linh", "staffing-minimums", minimum)
        study = await studies.eligible(alone)
        assert (await studies.act(study, "board", by="head-bvt", outcome="approved", done_on="2025-01-10", expect=409))["conflicts"]
        override = {"outcome": "approved", "override_reason": "Bãi Cháy cử người hỗ trợ", "done_on": "2025-01-10"}
        refused = await studies.act(study, "board", by="linh", **override, expect=403)
        assert refused["type"].endswith("/override-by-head")
        assert (await studies.act(study, "board", by="head-bvt", **override))["override_reason"] == "Bãi Cháy cử người hỗ trợ"

    async def test_an_evening_course_holds_nobody(self, studies: Studies, doctor: str) -> None:
        study = await studies.approved(doctor, full_time=False, cover_reason=None)
        assert (study["state"], await announced("holds")) == ("board_approved", [])

    async def test_refused_with_reasons(self, studies: Studies, doctor: str) -> None:
        study = await studies.eligible(doctor)
        await studies.act(study, "board", by="linh", outcome="refused", done_on="2025-01-10", expect=409)
        refused = await studies.act(study, "board", by="linh", outcome="refused", comment="The budget of the year is spent", done_on="2025-01-10")
        assert refused["state"] == "board_refused"


class TestBonded:
    async def test_the_signature_bonds(self, studies: Studies, doctor: str) -> None:
        study = await studies.bonded(doctor)
        assert (study["state"], study["decision"], study["signed_on"]) == ("bonded", "41/QĐ-SYT", "2025-01-20")
        event = (await announced("sponsorships"))[-1]
        assert (event["type"], event["data"]["months_due"], event["data"]["benefit_amount"], event["data"]["breach_policy"]["kind"]) == (
            "training.sponsorship.bonded.v1",
            48,
            240_000_000,
            "PRORATA",
        )

    async def test_who_has_left_meanwhile_is_set_aside(self, studies: Studies, doctor: str) -> None:
        study = await studies.approved(doctor)
        await hear(consumer, assignment(doctor, ends_on="2025-01-15"))
        assert (await studies.signed(study))["state"] == "conflicting"
        [due] = await announced("dues")
        assert (due["data"]["kind"], due["data"]["state"]) == ("sponsorship_conflicting", "open")

    async def test_withdrawn_before_the_signature(self, studies: Studies, doctor: str) -> None:
        study = await studies.approved(doctor)
        await studies.act(study, "withdrawal", reason="The person does not wish to go", done_on="2025-01-12")
        assert [event["data"]["outcome"] for event in await announced("holds")] == ["confirmed", "released"]
        assert [event["data"]["state"] for event in await announced("decision_requests")] == ["proposed", "withdrawn"]
        assert (await studies.signed(study))["state"] == "withdrawn"

    async def test_revoked_the_days_are_free_again(self, studies: Studies, doctor: str) -> None:
        study = await studies.bonded(doctor)
        await hear(consumer, decision("revoked", study, "sponsorship"))
        assert (await studies.read(study))["state"] == "revoked"
        assert (await announced("sponsorships"))[-1]["type"] == "training.sponsorship.revoked.v1"
        assert [event["data"]["outcome"] for event in await announced("holds")] == ["confirmed", "released"]


class TestStudying:
    async def test_each_step_after_the_one_before(self, studies: Studies, doctor: str) -> None:
        study = await studies.approved(doctor)
        for act, body in (("enrolment", {}), ("progress", {"standing": "on_track"}), ("outcome", {"outcome": "abandoned", "comment": "…"}), ("return", {})):
            assert (await studies.act(study, act, **body, done_on="2025-02-03", expect=409))["type"].endswith("/state-does-not-allow")
        await studies.signed(study)
        assert (await studies.act(study, "enrolment", done_on="2025-01-19", expect=409))["type"].endswith("/before-what-it-follows")

    async def test_progress_reports_fall_due_until_the_end(self, studies: Studies, doctor: str) -> None:
        study = await studies.bonded(doctor)
        enrolled = await studies.act(study, "enrolment", done_on="2025-02-03")
        assert (enrolled["state"], enrolled["progress_due_on"]) == ("enrolled", "2025-08-03")
        reported = await studies.act(study, "progress", standing="delayed", comment="One module to be repeated", done_on="2025-07-28")
        assert (reported["state"], reported["progress_due_on"], reported["progress"][0]["standing"]) == ("studying", "2026-01-28", "delayed")
        dues = [(event["data"]["kind"], event["data"]["due_on"], event["data"]["state"]) for event in await announced("dues")]
        assert dues == [("study_progress", "2025-08-03", "open"), ("study_return", "2027-02-01", "open"), ("study_progress", "2026-01-28", "open")]

    async def test_graduated_the_degree_is_declared_then_checked_by_another(self, studies: Studies, doctor: str, registry: Registry) -> None:
        """TRN-04 and SEC-02: what training declares is checked with the issuer, and never by who entered it."""
        study = await studies.studying(doctor, starts_on="2025-02-01", ends_on="2025-09-30")
        await studies.act(study, "outcome", outcome="graduated", done_on="2025-09-25", expect=422)
        graduated = await studies.act(study, "outcome", outcome="graduated", diploma_number="CK1-118", done_on="2025-09-25")
        assert (graduated["state"], graduated["breach_policy"]["kind"]) == ("graduated", "PRORATA")
        degree = (await announced("sponsorships"))[-1]
        assert (degree["type"], degree["data"]["qualification_type"], degree["data"]["obtained_on"], degree["data"]["number"]) == (
            "training.degree.obtained.v1",
            "ck1",
            "2025-09-25",
            "CK1-118",
        )
        answer = {"outcome": "verified", "method": "letter to the university", "evidence": "answer 512/ĐHYHN", "done_on": "2025-09-29"}
        assert (await studies.act(study, "degree-check", **answer, expect=403))["type"].endswith("/declarer-does-not-verify")
        await studies.act(study, "degree-check", by="linh", **answer, expect=503)  # the registry has not heard of it yet
        await registry.enter("hr-bvt", f"persons/{doctor}/qualifications", {"type": "ck1", "title": "Bác sĩ CK1", "number": "CK1-118", "done_on": "2025-09-25"})
        checked = await studies.act(study, "degree-check", by="linh", **answer)
        assert (checked["degree_check"], checked["degree_checked_on"]) == ("verified", "2025-09-29")
        returned = await studies.act(study, "return", done_on="2025-10-01")
        assert (returned["state"], returned["returned_on"]) == ("returned", "2025-10-01")
        assert [(event["data"]["kind"], event["data"]["state"]) for event in await announced("dues")][-3:] == [
            ("degree_check", "open"),
            ("degree_check", "done"),
            ("study_return", "done"),
        ]

    @pytest.mark.parametrize("outcome", ["abandoned", "failed"])
    async def test_a10_without_diploma_everything_is_owed(self, studies: Studies, doctor: str, outcome: str) -> None:
        """A10: whatever time was served before, and no discount (R-FULL)."""
        study = await studies.studying(doctor, cost_items=[{"kind": "tuition", "amount": 90_000_000}])
        await studies.act(study, "outcome", outcome=outcome, done_on="2025-09-01", expect=422)
        ended = await studies.act(study, "outcome", outcome=outcome, comment="Family reasons were not given", done_on="2025-09-01")
        assert (ended["state"], ended["breach_policy"]["kind"], ended["benefit_amount"]) == (outcome, "FULL", 90_000_000)
        event = (await announced("sponsorships"))[-1]
        assert (event["type"], event["data"]["breach_policy"]["kind"]) == (f"training.sponsorship.{outcome}.v1", "FULL")
        await studies.act(study, "return", done_on="2025-09-02")
        assert [(event["data"]["outcome"], event["data"]["on"]) for event in await announced("holds")][1:] == [("released", "2025-09-02")]


class TestReading:
    async def test_each_sees_their_own(self, studies: Studies, doctor: str) -> None:
        study = await studies.applied(doctor)
        for person, seen in (("hr-bvt", 1), ("linh", 1), ("hr-bc", 0), ("hanoi", 0)):
            assert len((await studies.world.read(person, "/sponsorships?programme=ck1"))["items"]) == seen
        await studies.world.read("hr-bc", f"/sponsorships/{study['id']}", expect=404)
        await studies.world.read("analyst", "/sponsorships", expect=403)
        machine = studies.world.api.as_machine("ministry-health", "training.read", "territory:VN-22")
        assert len((await machine.get("/api/v1/training/sponsorships")).json()["items"]) == 1

    def test_no_way_leads_back(self) -> None:
        order = ["applied", "eligible", "ineligible", "board_approved", "board_refused", "withdrawn", "bonded", "conflicting", "enrolled", "studying", "graduated", "failed"]
        order += ["abandoned", "returned", "revoked", "degree_declared"]
        for act, (sources, target) in SPONSORSHIP.transitions.items():
            assert all(order.index(source) < order.index(target) for source in sources if source != target), act
