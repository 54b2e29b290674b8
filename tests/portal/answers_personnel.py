"""Answers about the personnel file: steps due, a probation near its end, benefits, awards, and who changed what."""

from typing import Any

from tests.portal.world import RULE, World, allowed, page, uid

A = "/api/v1/appointment"
STEP, LIST, PROBATION, PROPOSAL, DECISION = uid(700), uid(701), uid(702), uid(703), uid(704)
PAY_RULE = RULE | {"id": "PAY-01", "value": 36, "unit": "months in a step before the next one", "citation": "Thông tư 08/2013/TT-BNV"}


def closed(act: str, reason: str) -> dict[str, Any]:
    return {"act": act, "allowed": False, "reason": reason, "rule": None, "possible": None}


def step(number: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "id": uid(700 + 10 * number), "reference": None, "person_id": uid(1 + number), "facility_code": "VN-22-BVT", "occupation_code": "VN-BS", "scale": "A1", "step": 3, "coefficient": "3.00",
        "since": "2022-11-01", "until": None, "due_on": "2025-11-01", "days_left": 32, "delay_months": 0, "leave_months": 0, "state": "current", "next_on": None, "list_id": None, "granted_on": None,
        "decision_number": None, "monthly": 7_020_000, "currency": "VND", "rules": [PAY_RULE], "blocking": [], "delays": None, "available_actions": allowed("propose_next", "record_delay"),
    } | more  # fmt: skip


STEPS = page(
    step(),
    step(1, state="proposed", list_id=LIST, blocking=[{"code": "proposed", "text": "The next step already waits for its signature."}], available_actions=[closed("propose_next", "Not open."), closed("record_delay", "Not open.")]),
    step(2, due_on=None, days_left=None, step=9, blocking=[{"code": "last_step", "text": "Step 9 is the last one of scale A1."}]),
)  # fmt: skip
STEP_READ = step(
    delay_months=3, due_on="2026-02-01", rules=[PAY_RULE, PAY_RULE | {"id": "PAY-01-DELAY", "value": 3, "confidence": "to_confirm"}],
    delays=[{"kind": "reprimand", "decided_on": "2024-03-01", "months": 3, "decision_reference": "44/QĐ-BVT"}],
)  # fmt: skip
LIST_READ = {
    "id": LIST, "reference": None, "facility_code": "VN-22-BVT", "proposed_on": "2025-09-30", "effective_on": "2025-11-01", "state": "proposed", "signed_on": None, "decision_number": None,
    "lines": [{"pay_step_id": STEP, "person_id": uid(1), "scale": "A1", "step": 3, "next_step": 4, "effective_on": "2025-11-01", "early_months": 6, "early_ground": "merit", "early_reason": "Chiến sĩ thi đua cấp tỉnh", "made_id": None, "conflict": "due-moved"}],
    "refused": [], "available_actions": allowed("withdraw"),
}  # fmt: skip
REPORT = {"favourable": True, "text": "Hoàn thành nhiệm vụ.", "on": "2025-09-10"}
PROBATION_READ = {
    "id": PROBATION, "reference": None, "person_id": uid(2), "facility_code": "VN-22-BVT", "occupation_code": "VN-BS", "starts_on": "2025-01-02", "months": 9, "extension_months": 0, "planned_end": "2025-10-01",
    "excluded_days": 20, "due_on": "2025-10-21", "mentor_id": uid(1), "state": "running", "mentor_report": REPORT, "self_report": {"text": "Đã hoàn thành.", "on": "2025-09-12"}, "head_opinion": None, "proposal": None,
    "confirmed_on": None, "ended_on": None, "ended_reason": None, "decision_number": None, "decision_source_id": None, "source_service": "recruitment", "source_id": uid(104),
    "absences": [{"id": uid(705), "starts_on": "2025-05-05", "ends_on": "2025-05-24", "counts": False, "refused_reason": None}, {"id": uid(706), "starts_on": "2025-07-01", "ends_on": "2025-07-03", "counts": True, "refused_reason": None}],
    "rules": [RULE | {"id": "REC-VN-11", "value": 9, "unit": "months of probation", "confidence": "to_confirm"}],
    "available_actions": allowed("name_mentor", "enter_mentor_report", "enter_self_report", "give_opinion", "refuse_absence", "propose_confirmed", "propose_extended", "propose_ended"),
}  # fmt: skip
WAITING = PROBATION_READ | {
    "id": uid(707), "head_opinion": REPORT, "decision_source_id": PROPOSAL,
    "proposal": {"outcome": "confirmed", "effective_on": "2025-10-22", "months": None, "reason": None, "proposed_on": "2025-09-20", "source_id": PROPOSAL},
    "available_actions": [closed(act, "An outcome already waits for its signature.") for act in ("name_mentor", "enter_mentor_report", "enter_self_report", "give_opinion", "refuse_absence", "propose_confirmed", "propose_extended", "propose_ended")] + allowed("withdraw_outcome"),
}  # fmt: skip
CONFIRMED = WAITING | {
    "id": uid(708),
    "state": "confirmed",
    "proposal": None,
    "confirmed_on": "2025-10-22",
    "decision_number": "to_regularise",
    "available_actions": WAITING["available_actions"][:-1],
}
BENEFIT = {
    "id": uid(710), "proposal_id": PROPOSAL, "reference": None, "person_id": uid(1), "facility_code": "VN-22-BVT", "kind": "occupational_allowance", "percent": "60.00", "amount": None, "currency": None, "frequency": None,
    "starts_on": "2025-02-01", "ends_on": None, "basis": "Nghị định 56/2011/NĐ-CP", "state": "proposed", "runs_today": False, "proposed_on": "2025-01-10", "granted_on": None, "decision_number": None, "available_actions": allowed("withdraw"),
}  # fmt: skip
HOUSING = BENEFIT | {
    "id": uid(711),
    "kind": "housing",
    "percent": None,
    "amount": 1_500_000,
    "currency": "VND",
    "frequency": "monthly",
    "state": "granted",
    "granted_on": "2025-01-20",
    "decision_number": "to_regularise",
}
AWARD = {
    "id": uid(712), "proposal_id": PROPOSAL, "reference": None, "person_id": uid(1), "facility_code": "VN-22-BVT", "title": "initiative", "level": "province", "year": 2025, "achievement": "Báo động đỏ sản khoa",
    "evidence": "Biên bản 12/BB-HĐSK", "given_on": "2025-07-01", "state": "proposed", "proposed_on": "2025-06-12", "awarded_on": None, "decision_number": None, "available_actions": allowed("withdraw"),
}  # fmt: skip
UNIT = AWARD | {"id": uid(713), "person_id": None, "title": "certificate_of_merit", "evidence": None, "state": "awarded", "awarded_on": "2025-07-01", "decision_number": "7/QĐ-KT"}


def change(act: str, kind: str, *differences: dict[str, Any], account: str | None = None) -> dict[str, Any]:
    return {
        "recorded_at": "2025-09-30T03:00:00Z",
        "done_on": "2025-09-20",
        "entered_afterwards": True,
        "act": act,
        "actor": {"kind": kind, "account": account},
        "request_id": None,
        "differences": list(differences),
    }


HISTORY = page(
    change("probation.confirmed", "account", {"field": "state", "before": "running", "after": "confirmed"}, account="director"),
    change("probation.counted", "system", {"field": "due_on", "before": "2025-10-01", "after": "2025-10-21"}),
    change("probation.mentor_named", "you", {"field": "mentor_id", "before": None, "after": uid(1)}),
    change("something.never_heard_of", "account", {"field": "new_field", "before": None, "after": {"a": [1, True]}}, {"field": "flag", "before": False, "after": True}),
    cursor="c2",
)
DECISIONS = page({"id": DECISION, "source_id": PROPOSAL})


def answer(world: World) -> World:
    world.answers |= {
        f"{A}/pay-steps": STEPS,
        f"{A}/pay-steps/{STEP}": STEP_READ,
        f"{A}/pay-step-lists/{LIST}": LIST_READ,
        f"{A}/probations": page(PROBATION_READ, WAITING, CONFIRMED),
        f"{A}/probations/{PROBATION}": PROBATION_READ,
        f"{A}/probations/{WAITING['id']}": WAITING,
        f"{A}/probations/{CONFIRMED['id']}": CONFIRMED,
        f"{A}/benefits": page(BENEFIT, HOUSING),
        f"{A}/awards": page(AWARD, UNIT),
        f"{A}/decisions": DECISIONS,
        f"{A}/history": HISTORY,
    }
    return world
