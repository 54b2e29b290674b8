"""Commitments and their money: opened by a signed hire, paid when everything stands, paused, ended, and asked back."""

from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from sqlalchemy import text

from services.appointment.commitments.leaving import move_clocks
from services.appointment.consumers import consumer
from shared.db import worker_session
from tests.appointment.world import PROVINCIAL, REMOTE, ROOT, assignment, decision_request, facility, known, path_at, worker
from tests.support.api import Api
from tests.support.hearing import hear, message

F = 500_000_000


def hired(hire: UUID, kind: str = "decided", *, at: str = REMOTE, **changes: Any) -> Any:
    body = {
        "id": str(hire),
        "person_id": str(known("Ánh")),
        "occupation_code": "VN-BS",
        "degree": "doctor-good",
        "facility_code": at,
        "authority_path": path_at(at),
        "starts_on": "2024-04-01",
        "amount": F,
        "currency": "VND",
        "commitment_years": 7,
        "payment_schedule": [{"percent": 50, "months_after_start": 0}, {"percent": 50, "months_after_start": 12}],
        "breach_policy": {"kind": "PRORATA"},
        "done_on": "2024-03-22",
    }
    return message("relais.recruitment.hires", f"recruitment.hire.{kind}.v1", body | changes)


class Creditor:
    """The health department and its HR officers, with the commitments they keep."""

    def __init__(self, api: Api) -> None:
        self.api = api

    async def opened(self, *, decided: bool = True, **changes: Any) -> dict[str, Any]:
        hire = uuid4()
        if decided:
            await hear(consumer, decision_request(hire, at=changes.get("at", REMOTE), proposed_on="2024-03-12", effective_on="2024-04-01"))
            [decision] = (await self.api.as_("director").get(f"{ROOT}/decisions", params={"source_id": str(hire)})).json()["items"]
            await self.act("director", f"/decisions/{decision['id']}/signature", {"number": f"{hire}/QĐ-SYT", "done_on": "2024-03-22"})
        taken = await hear(consumer, hired(hire, **changes))
        assert (taken.dead, taken.parked) == (0, 0)
        [found] = (await self.api.as_("linh").get(f"{ROOT}/commitments", params={"source_id": str(hire)})).json()["items"]
        commitment: dict[str, Any] = found
        return commitment

    async def signed(self, *, on: str = "2024-03-25", **changes: Any) -> dict[str, Any]:
        commitment = await self.opened(**changes)
        return await self.act("hr-bache", f"/commitments/{commitment['id']}/signature", {"done_on": on})

    async def act(self, person: str, path: str, body: dict[str, Any], *, expect: int = 201) -> dict[str, Any]:
        answer = await self.api.as_(person).post(ROOT + path, json=body)
        assert answer.status_code == expect, answer.text
        result: dict[str, Any] = answer.json()
        return result

    async def read(self, path: str, person: str = "linh", **params: Any) -> Any:
        answer = await self.api.as_(person).get(ROOT + path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()


async def announced(topic: str) -> list[tuple[str, dict[str, Any]]]:
    async with worker_session() as session:
        rows = await session.execute(text("SELECT type, data FROM outbox WHERE topic = :topic ORDER BY seq"), {"topic": f"relais.appointment.{topic}"})
        return [(row.type.split(".")[2], orjson.loads(row.data)) for row in rows]


@pytest.fixture
async def creditor(api: Api) -> Creditor:
    await hear(consumer, facility(), facility(REMOTE), worker(at=REMOTE), assignment(at=REMOTE, starts_on="2024-04-01"))
    return Creditor(api)


class TestOpen:
    async def test_a_signed_hire_opens_a_commitment_to_sign(self, creditor: Creditor) -> None:
        opened = await creditor.opened()
        assert (opened["state"], opened["months_due"], opened["starts_on"], opened["ends_on"]) == ("draft", 84, "2024-04-01", "2031-03-31")
        assert [(part["amount"], part["due_on"], part["state"]) for part in opened["payments"]] == [(F // 2, "2024-04-01", "due"), (F // 2, "2025-04-01", "due")]
        assert await announced("commitments") == []
        assert [kind for kind, _ in await announced("payments")] == ["scheduled", "scheduled"]

    async def test_once(self, creditor: Creditor) -> None:
        hire = uuid4()
        await hear(consumer, hired(hire), hired(hire))
        assert len((await creditor.read("/commitments", source_id=str(hire)))["items"]) == 1

    async def test_money_is_for_the_creditor_alone(self, creditor: Creditor) -> None:
        commitment = await creditor.signed()
        seen = await creditor.read(f"/commitments/{commitment['id']}", "head-bache")
        assert (seen["state"], seen["amount"], seen["payments"], seen["repayment"]) == ("running", None, [], None)
        for path in (f"/commitments/{commitment['id']}/exit?on=2025-09-30", "/payments", "/commitments/totals"):
            assert (await creditor.api.as_("head-bache").get(ROOT + path)).status_code == 403
        assert (await creditor.api.as_("hr-bvt").get(f"{ROOT}/commitments/{commitment['id']}")).status_code == 404
        assert (await creditor.api.as_("hanoi").get(f"{ROOT}/commitments")).json()["items"] == []
        machine = creditor.api.as_machine("ministry-health", "appointment.read", "territory:VN-22")
        [listed] = (await machine.get(f"{ROOT}/commitments")).json()["items"]
        assert (listed["amount"], listed["state"]) == (None, "running")


class TestClock:
    async def test_it_runs_once_signed(self, creditor: Creditor) -> None:
        commitment = await creditor.signed()
        assert (commitment["state"], commitment["months_served"]) == ("running", 18)
        assert [kind for kind, _ in await announced("commitments")] == ["started"]

    async def test_two_commitments_run_one_after_the_other_unless_chosen(self, creditor: Creditor) -> None:
        """COM-04: the end date is shown before the signature."""
        first = await creditor.signed()
        second = await creditor.opened(starts_on="2025-01-01", commitment_years=2)
        assert (second["state"], second["starts_on"], second["ends_on"], second["clock_rule"]) == ("draft", "2031-04-01", "2033-03-31", "after_another")
        beside = await creditor.act("hr-bache", f"/commitments/{second['id']}/signature", {"clock": "parallel", "done_on": "2025-02-01"})
        assert (beside["starts_on"], beside["ends_on"], beside["state"]) == ("2025-01-01", "2026-12-31", "running")
        assert (await creditor.read(f"/commitments/{first['id']}"))["ends_on"] == "2031-03-31"

    async def test_days_that_do_not_count_move_the_end(self, creditor: Creditor) -> None:
        commitment = await creditor.signed()
        paused = await creditor.act("hr-bache", f"/commitments/{commitment['id']}/pauses", {"starts_on": "2025-09-15", "ground": "not_in_service", "done_on": "2025-09-15"})
        assert (paused["state"], paused["ends_on"]) == ("paused", "2031-04-17")
        resumed = await creditor.act(
            "hr-bache", f"/commitments/{commitment['id']}/pauses", {"starts_on": "2025-09-15", "ends_on": "2025-09-24", "ground": "not_in_service", "done_on": "2025-09-25"}
        )
        assert (resumed["state"], resumed["ends_on"]) == ("running", "2031-04-10")
        assert [kind for kind, _ in await announced("commitments")] == ["started", "paused", "resumed"]
        refused = await creditor.act(
            "hr-bache", f"/commitments/{commitment['id']}/pauses", {"starts_on": "2025-09-20", "ends_on": "2025-09-30", "ground": "not_in_service"}, expect=409
        )
        assert refused["type"].endswith("/pause-overlaps")

    async def test_an_absence_that_does_not_count_pauses_by_itself(self, creditor: Creditor) -> None:
        commitment = await creditor.signed()
        absence = {"id": str(uuid4()), "person_id": str(known("Ánh")), "facility_code": REMOTE, "authority_path": path_at(REMOTE), "shared_with": [], "state": "approved"}
        days = {"starts_on": "2025-09-01", "ends_on": "2025-10-30", "counts_for_probation": False, "counts_for_step": False}
        await hear(consumer, message("relais.registry.absences", "registry.absence.approved.v1", absence | days))
        seen = await creditor.read(f"/commitments/{commitment['id']}")
        assert (seen["state"], seen["ends_on"]) == ("paused", "2031-05-30")

    async def test_it_is_honoured_on_its_last_day(self, creditor: Creditor) -> None:
        commitment = await creditor.signed(starts_on="2018-10-01", done_on="2024-03-22")
        seen = await creditor.read(f"/commitments/{commitment['id']}")
        assert (seen["state"], seen["ended_on"]) == ("fulfilled", "2025-09-30")
        await move_clocks()
        assert [(kind, state["state"]) for kind, state in await announced("commitments")] == [("ended", "ended")]


class TestPay:
    async def test_not_before_the_commitment_is_signed(self, creditor: Creditor) -> None:
        """ATT-02."""
        commitment = await creditor.opened()
        refused = await creditor.act("hr-bache", f"/payments/{commitment['payments'][0]['id']}/payment", {}, expect=409)
        assert (refused["type"].rsplit("/", 1)[-1], refused["rule"]["id"]) == ("commitment-not-signed", "ATT-02")

    async def test_not_before_the_decision_is_signed(self, creditor: Creditor) -> None:
        """ATT-02."""
        commitment = await creditor.signed(decided=False)
        refused = await creditor.act("hr-bache", f"/payments/{commitment['payments'][0]['id']}/payment", {}, expect=409)
        assert refused["type"].endswith("/decision-not-signed")

    async def test_not_before_its_day(self, creditor: Creditor) -> None:
        commitment = await creditor.signed()
        refused = await creditor.act("hr-bache", f"/payments/{commitment['payments'][1]['id']}/payment", {"done_on": "2025-03-31"}, expect=409)
        assert (refused["type"].rsplit("/", 1)[-1], refused["rule"]["value"]) == ("payment-not-due", "2025-04-01")

    async def test_only_to_somebody_who_serves_there(self, creditor: Creditor) -> None:
        """ATT-01: looked at again on the day of payment."""
        commitment = await creditor.signed()
        await hear(consumer, assignment(at=REMOTE, starts_on="2024-04-01", ends_on="2025-05-31"))
        refused = await creditor.act("hr-bache", f"/payments/{commitment['payments'][1]['id']}/payment", {"done_on": "2025-06-01"}, expect=409)
        assert (refused["type"].rsplit("/", 1)[-1], refused["rule"]["id"]) == ("not-serving", "ATT-01")

    async def test_only_within_the_budget(self, creditor: Creditor) -> None:
        """ATT-03."""
        commitment = await creditor.signed()
        answer = await creditor.api.as_("linh").put(f"{ROOT}/budgets/VN-22/2025", json={"currency": "VND", "amount": F // 2 - 1})
        assert (answer.status_code, answer.json()["above"]) == (200, True)
        refused = await creditor.act("hr-bache", f"/payments/{commitment['payments'][1]['id']}/payment", {"done_on": "2025-04-01"}, expect=409)
        assert (refused["type"].rsplit("/", 1)[-1], refused["rule"]["value"]) == ("above-budget", F // 2 - 1)

    async def test_a_year_that_is_none_is_refused(self, creditor: Creditor) -> None:
        answer = await creditor.api.as_("linh").get(f"{ROOT}/budgets/VN-22/2686935075513")
        assert (answer.status_code, answer.json()["fields"][0]["path"]) == (422, "year")

    async def test_once(self, creditor: Creditor) -> None:
        commitment = await creditor.signed()
        path, body = f"/payments/{commitment['payments'][0]['id']}/payment", {"voucher": "UNC-12", "done_on": "2024-04-05"}
        paid = await creditor.act("hr-bache", path, body)
        assert (paid["state"], paid["paid_on"]) == ("paid", "2024-04-05")
        assert await creditor.act("hr-bache", path, body) == paid
        assert (await creditor.act("hr-bache", path, body | {"voucher": "UNC-13"}, expect=409))["type"].endswith("/payment-settled")
        assert [kind for kind, _ in await announced("payments")] == ["scheduled", "scheduled", "paid"]
        [row] = (await creditor.read("/commitments/totals"))["items"]
        assert (row["facility_code"], row["committed"], row["due"], row["paid"], row["running"]) == (REMOTE, F, F // 2, F // 2, 1)


class TestLeave:
    async def paid(self, creditor: Creditor, **changes: Any) -> dict[str, Any]:
        commitment = await creditor.signed(**changes)
        for part in commitment["payments"]:
            await creditor.act("hr-bache", f"/payments/{part['id']}/payment", {"done_on": part["due_on"]})
        return commitment

    async def test_what_would_i_owe_on_this_day(self, creditor: Creditor) -> None:
        """A9: 500 M, 84 months due, 30 served: 321,428,571 VND; on a day to come, with its formula, rule and day of freedom."""
        commitment = await self.paid(creditor)
        told = await creditor.read(f"/commitments/{commitment['id']}/exit", "hr-bache", on="2026-09-30")
        assert (told["amount"], told["months_due"], told["months_served"], told["free_on"]) == (321_428_571, 84, 30, "2031-04-01")
        assert told["formula"].replace("\u00a0", " ") == "500 000 000 × (84 − 30) ÷ 84 months = 321 428 571"
        assert (told["rule"]["id"], told["rule"]["value"], bool(told["rule"]["citation"])) == ("COM-02", "PRORATA", True)

    async def test_how_it_was_computed_is_told_in_the_language_of_each_reader(self, creditor: Creditor) -> None:
        """Who assessed it wrote English; the formula is no stored sentence."""
        commitment = await self.paid(creditor)
        await creditor.act("hr-bache", f"/commitments/{commitment['id']}/assessment", {"exit_on": "2025-09-30"})
        said = {}
        for language in ("en", "fr", "vi"):
            answer = await creditor.api.in_language(language).as_("hr-bache").get(f"{ROOT}/commitments/{commitment['id']}")
            said[language] = answer.json()["repayment"]["rule"]["formula"].replace("\u00a0", " ")
        assert [formula.split(" = ")[0].rsplit(" ", 1)[-1] for formula in said.values()] == ["months", "mois", "tháng"]
        assert len({formula.split(" = ")[1] for formula in said.values()}) == 1

    async def test_nobody_pays_back_what_was_only_promised(self, creditor: Creditor) -> None:
        commitment = await creditor.signed()
        assert (await creditor.read(f"/commitments/{commitment['id']}/exit", on="2025-09-30"))["amount"] == 0

    async def asked_back(self, creditor: Creditor, by: str = "linh") -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await creditor.read("/commitments/asked-back", by))["items"]
        return items

    async def test_the_end_of_the_assignment_makes_an_assessment_due(self, creditor: Creditor) -> None:
        commitment = await self.paid(creditor)
        await hear(consumer, assignment(at=REMOTE, starts_on="2024-04-01", ends_on="2025-09-30"))
        [line] = await self.asked_back(creditor)
        assert (line["commitment_id"], line["next"], line["act_by"], line["amount"]) == (commitment["id"], "assess", "2025-09-30", None)
        await hear(consumer, assignment(at=PROVINCIAL, starts_on="2025-10-01"))  # a transfer inside the province is no departure
        assert await self.asked_back(creditor) == []

    async def test_what_is_asked_back_is_for_the_creditor_alone(self, creditor: Creditor) -> None:
        commitment = await self.paid(creditor)
        await creditor.act("hr-bache", f"/commitments/{commitment['id']}/assessment", {"exit_on": "2025-09-30"})
        for person in ("head-bache", "training", "analyst", "secretary"):
            assert (await creditor.api.as_(person).get(f"{ROOT}/commitments/asked-back")).status_code == 403
        machine = creditor.api.as_machine("ministry-health", "appointment.read", "territory:VN-22")
        assert (await machine.get(f"{ROOT}/commitments/asked-back")).status_code == 403
        assert (await self.asked_back(creditor, "hanoi"), await self.asked_back(creditor, "hr-bvt")) == ([], [])
        assert [line["next"] for line in await self.asked_back(creditor, "hr-bache")] == ["notify"]

    async def test_what_is_owed_is_told_on_no_topic(self, creditor: Creditor) -> None:
        """Told, owed, paid: the other services hear that the commitment ended, and nothing of a debt."""
        commitment = await self.paid(creditor)
        path = f"/commitments/{commitment['id']}"
        await hear(consumer, assignment(at=REMOTE, starts_on="2024-04-01", ends_on="2025-09-30"))
        owed = (await creditor.act("hr-bache", f"{path}/assessment", {"exit_on": "2025-09-30"}))["repayment"]["amount"]
        notified = await creditor.act("hr-bache", f"{path}/notification", {"done_on": "2025-10-01"})
        [line] = await self.asked_back(creditor)
        assert (line["next"], line["act_by"], line["amount"], line["repaid"]) == ("collect", "2026-01-29", owed, 0)
        await creditor.act("hr-bache", f"/instalments/{notified['repayment']['instalments'][0]['id']}/payment", {})
        assert await self.asked_back(creditor) == []
        assert {due["kind"] for _, due in await announced("dues")} == {"decision_to_sign", "commitment_to_sign", "commitment_ends", "payment_due"}
        assert str(owed) not in orjson.dumps([await announced(topic) for topic in ("dues", "commitments", "payments")]).decode()

    async def test_assessed_told_paid_in_parts(self, creditor: Creditor) -> None:
        commitment = await self.paid(creditor)
        path = f"/commitments/{commitment['id']}"
        too_soon = await creditor.act("hr-bache", f"{path}/assessment", {"exit_on": "2025-12-31"}, expect=422)
        assert too_soon["fields"][0]["path"] == "exit_on"
        assessed = await creditor.act("hr-bache", f"{path}/assessment", {"exit_on": "2025-09-30", "done_on": "2025-10-01"})
        assert (assessed["state"], assessed["repayment"]["amount"]) == ("assessed", round(F * 66 / 84))
        assert (await announced("commitments"))[-1][1]["state"] == "ended"
        notified = await creditor.act("hr-bache", f"{path}/notification", {"done_on": "2025-10-01"})
        assert (notified["state"], notified["repayment"]["repay_by"]) == ("notified", "2026-01-29")
        owed = assessed["repayment"]["amount"]
        wrong = {"instalments": [{"due_on": "2025-11-01", "amount": owed - 1}]}
        assert (await creditor.act("hr-bache", f"{path}/instalments", wrong, expect=422))["fields"][0]["path"] == "instalments"
        parts = {"instalments": [{"due_on": "2025-11-01", "amount": 100_000_000}, {"due_on": "2026-05-01", "amount": owed - 100_000_000}]}
        planned = await creditor.act("hr-bache", f"{path}/instalments", parts)
        for part in planned["repayment"]["instalments"]:
            last = await creditor.act("hr-bache", f"/instalments/{part['id']}/payment", {})
        assert (last["state"], last["repayment"]["repaid"]) == ("paid", owed)

    async def test_given_up_by_another_person_on_a_ground_of_the_law(self, creditor: Creditor) -> None:
        commitment = await self.paid(creditor)
        path = f"/commitments/{commitment['id']}"
        both = creditor.api.as_("linh", roles=["regional-administrator", "signatory", "records-officer"])
        assert (await both.post(f"{ROOT}{path}/assessment", json={"exit_on": "2025-09-30"})).status_code == 201
        body = {"ground": "ordered-transfer", "reason": "Điều động theo quyết định"}
        own = await both.post(f"{ROOT}{path}/waiver", json=body)
        assert (own.status_code, own.json()["rule"]["id"]) == (409, "SEC-02")
        assert (await creditor.act("director", f"{path}/waiver", body | {"ground": "friendship"}, expect=422))["fields"][0]["path"] == "ground"
        assert (await creditor.act("director", f"{path}/waiver", body))["state"] == "waived"
        assert "breach" not in orjson.dumps(await announced("commitments")).decode()

    async def test_contested_then_assessed_again(self, creditor: Creditor) -> None:
        commitment = await self.paid(creditor)
        path = f"/commitments/{commitment['id']}"
        await creditor.act("hr-bache", f"{path}/assessment", {"exit_on": "2025-08-31"})
        assert (await creditor.act("hr-bache", f"{path}/contestation", {"reason": "Ngày nghỉ việc chưa đúng"}))["state"] == "contested"
        assert (await creditor.act("hr-bache", f"{path}/assessment", {"exit_on": "2025-09-30"}))["state"] == "assessed"

    async def test_a_revoked_hire_takes_the_commitment_back(self, creditor: Creditor) -> None:
        unpaid, paid = await creditor.signed(), await self.paid(creditor, starts_on="2024-05-01")
        for commitment in (unpaid, paid):
            await hear(consumer, hired(UUID(commitment["source_id"]), "revoked", revoked_from="2025-06-01", done_on="2025-06-01"))
        seen = [await creditor.read(f"/commitments/{commitment['id']}") for commitment in (unpaid, paid)]
        assert [one["state"] for one in seen] == ["cancelled", "assessed"]
        assert ({part["state"] for part in seen[0]["payments"]}, seen[1]["repayment"]["amount"]) == ({"cancelled"}, F)

    @pytest.mark.parametrize("kind", ["decided", "revoked"])
    async def test_a_hire_that_no_policy_pays_binds_nobody(self, creditor: Creditor, kind: str) -> None:
        hire = uuid4()
        taken = await hear(consumer, message("relais.recruitment.hires", f"recruitment.hire.{kind}.v2", {"id": str(hire), "person_id": str(known("Ánh"))}))
        assert (taken.dead, taken.parked) == (0, 0)
        assert (await creditor.read("/commitments", source_id=str(hire)))["items"] == []


def studied(study: UUID, kind: str, **changes: Any) -> Any:
    body = {
        "id": str(study),
        "person_id": str(known("Ánh")),
        "facility_code": REMOTE,
        "authority_path": path_at(REMOTE),
        "programme": "ck1",
        "ends_on": "2025-06-30",
        "signed_on": "2024-06-20",
        "months_due": 48,
        "benefit_amount": 90_000_000,
        "currency": "VND",
        "cost_items": [{"kind": "tuition", "amount": 90_000_000}],
        "breach_policy": {"kind": "PRORATA"},
        "outcome": None,
        "outcome_on": None,
        "returned_on": None,
        "done_on": "2024-06-20",
    }
    return message("relais.training.sponsorships", f"training.sponsorship.{kind}.v1", body | changes)


class TestStudy:
    async def bonded(self, creditor: Creditor) -> tuple[UUID, dict[str, Any]]:
        study = uuid4()
        taken = await hear(consumer, studied(study, "bonded"))
        assert (taken.dead, taken.parked) == (0, 0)
        [commitment] = (await creditor.read("/commitments", source_id=str(study)))["items"]
        return study, commitment

    async def test_the_bond_waits_for_the_end_of_the_study_and_runs_from_the_return(self, creditor: Creditor) -> None:
        study, commitment = await self.bonded(creditor)
        assert (commitment["signed_on"], commitment["starts_on"], commitment["ends_on"]) == ("2024-06-20", "2025-07-01", "2029-06-30")
        await hear(consumer, studied(study, "returned", outcome="graduated", returned_on="2025-08-01"))
        seen = await creditor.read(f"/commitments/{commitment['id']}")
        assert (seen["state"], seen["starts_on"], seen["ends_on"]) == ("running", "2025-08-01", "2029-07-31")

    async def test_the_bond_of_a_study_runs_after_that_of_the_grant(self, creditor: Creditor) -> None:
        """COM-04."""
        first = await creditor.signed()
        _study, second = await self.bonded(creditor)
        assert (second["starts_on"] > first["ends_on"], second["clock_rule"]) == (True, "after_another")

    async def test_who_abandons_owes_the_whole(self, creditor: Creditor) -> None:
        """A10: 90 M, whatever time was served before."""
        study, commitment = await self.bonded(creditor)
        await hear(consumer, studied(study, "abandoned", outcome="abandoned", outcome_on="2025-09-01"))
        seen = await creditor.read(f"/commitments/{commitment['id']}")
        assert (seen["leaving_on"], seen["leaving_cause"]) == ("2025-09-01", "abandons")
        [line] = (await creditor.read("/commitments/asked-back"))["items"]
        assert (line["next"], line["act_by"], line["origin"]) == ("assess", "2025-09-01", "training")
        body = {"exit_on": "2025-09-01", "cause": "abandons"}
        assert (await creditor.act("linh", f"/commitments/{commitment['id']}/assessment", body))["repayment"]["amount"] == 90_000_000

    async def test_a_revoked_study_owes_nothing(self, creditor: Creditor) -> None:
        study, commitment = await self.bonded(creditor)
        await hear(consumer, studied(study, "revoked", done_on="2025-09-01"))
        assert (await creditor.read(f"/commitments/{commitment['id']}"))["state"] == "cancelled"
