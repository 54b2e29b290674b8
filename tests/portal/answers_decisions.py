"""What appointment answers about decisions and commitments, for the tests of the pages."""

from typing import Any

from tests.portal.world import allowed, page, uid

A = "/api/v1/appointment"
WAITING, SIGNED, REVOKED, OWN, BOUND, DRAFT, OWED = uid(801), uid(802), uid(803), uid(804), uid(811), uid(812), uid(813)
RULE = {"id": "SEC-02", "value": 2, "unit": "different persons", "citation": "Relais rule book, segregation of duties", "confidence": "confirmed"}
ACTS = ("sign", "number", "revoke", "supersede")


def closed(act: str, reason: str = "This act is not open: the state is “proposed”.", **more: Any) -> dict[str, Any]:
    return {"act": act, "allowed": False, "reason": reason, "rule": None, "possible": None} | more


def decision(identifier: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": identifier, "source_service": "recruitment", "source_id": uid(104), "kind": "hire", "state": "proposed", "authority_path": "VN.VN-22.VN-22-BVT", "facility_code": "VN-22-BVT",
        "person_ids": [uid(1), uid(2), uid(3), uid(4), uid(5)], "proposed_by": "issuer#linh", "proposed_by_me": False, "proposed_on": "2025-09-10", "effective_on": "2025-10-01", "ends_on": None,
        "legal_basis": ["Nghị quyết 28/2023/NQ-HĐND"], "facts": {"occupation_code": "VN-BS", "degree": "resident", "amount": 550_000_000, "currency": "VND", "commitment_ends_on": "2032-09-30"},
        "authority": None, "signed_by": None, "signed_on": None, "number": None, "number_authority": None, "numbered_on": None, "decision": None, "retroactive": False, "retroactive_reason": None,
        "waiting_days": 20, "end": None, "superseded_by": None, "supersedes": None, "conflict": None, "check_code": None, "content_sha256": None, "version": 1,
        "available_actions": [*allowed("sign"), *(closed(act) for act in ACTS[1:])],
    } | changes  # fmt: skip


SIGNED_PART = {
    "state": "signed", "authority": "VN-22", "signed_by": "issuer#director", "signed_on": "2025-09-22", "check_code": "ABCDEFGH23456789", "content_sha256": "ab" * 32, "waiting_days": None,
    "available_actions": [closed("sign"), *allowed("number", "revoke", "supersede")],
}  # fmt: skip
DECISIONS = [
    decision(WAITING),
    decision(
        OWN, proposed_by_me=True, available_actions=[closed("sign", "You proposed this decision: another person must sign it.", rule=RULE), *(closed(act) for act in ACTS[1:])]
    ),
    decision(
        SIGNED, **SIGNED_PART, decision="to_regularise", effective_on="2025-09-01", retroactive=True, retroactive_reason="Nhu cầu cấp bách", conflict="withdrawn-after-signature"
    ),
    decision(
        REVOKED,
        **SIGNED_PART | {"state": "revoked"},
        number="317/QĐ-SYT",
        number_authority="UBND-22",
        numbered_on="2025-09-22",
        decision="317/QĐ-SYT",
        end={"by": "issuer#director", "on": "2025-09-28", "effective_on": "2025-10-01", "reason": "Sai đối tượng", "number": "402/QĐ-SYT"},
        superseded_by=SIGNED,
    ),
]


def part(place: int, state: str, **more: Any) -> dict[str, Any]:
    return {
        "id": uid(820 + place), "commitment_id": BOUND, "person_id": uid(2), "facility_code": "VN-22-BVT", "place": place, "amount": 275_000_000, "currency": "VND", "due_on": "2025-09-15", "state": state,
        "paid_on": "2025-09-16" if state == "paid" else None, "voucher": "UNC-12" if state == "paid" else None,
    } | more  # fmt: skip


PARTS = [part(1, "paid"), part(2, "due"), part(3, "scheduled", due_on="2026-09-15")]


def commitment(identifier: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": identifier, "reference": None, "person_id": uid(2), "facility_code": "VN-22-BVT", "authority_path": "VN.VN-22.VN-22-BVT", "origin": "attraction", "source_service": "recruitment", "source_id": uid(104),
        "programme": "resident", "state": "running", "months_due": 84, "months_served": 18, "clock": "sequence", "clock_rule": "at_once", "starts_on": "2024-04-01", "ends_on": "2031-03-31", "free_on": "2031-04-01",
        "days_left": 2009, "signed_on": "2024-03-25", "signed_with": "CK-12/2024", "ended_on": None, "leaving_on": None, "leaving_cause": None, "amount": 550_000_000, "currency": "VND", "paid": 275_000_000,
        "breach_policy": {"kind": "PRORATA", "multiple": None, "steps": [], "citation": None, "confidence": "to_confirm"},
        "pauses": [{"starts_on": "2025-01-01", "ends_on": None, "ground": "not_in_service"}], "payments": PARTS, "repayment": None, "version": 3,
        "available_actions": [closed("sign"), *allowed("pause", "assess"), closed("notify"), closed("plan"), closed("contest"), closed("waive")],
    } | changes  # fmt: skip


REPAYMENT = {
    "amount": 321_428_571, "repaid": 0, "cause": "leaves", "exit_on": "2025-09-20", "months_served": 30, "rule": {"id": "COM-02", "citation": "Decree 101/2017/NĐ-CP", "formula": "500 000 000 × (84 − 30) ÷ 84 = 321 428 571"},
    "assessed_on": "2025-09-25", "notified_on": "2025-09-26", "repay_by": "2026-01-24", "contested_on": None, "contest_reason": None, "waived_on": None, "waiver_ground": None, "waiver_reason": None,
    "instalments": [{"id": uid(830), "place": 1, "amount": 321_428_571, "due_on": "2026-01-24", "state": "due", "paid_on": None}],
}  # fmt: skip
COMMITMENTS = [
    commitment(BOUND, leaving_on="2025-10-31", leaving_cause="leaves"),
    commitment(DRAFT, state="draft", signed_on=None, signed_with=None, clock_rule="after_another", pauses=[], available_actions=[*allowed("sign"), closed("pause"), closed("assess"), closed("notify"), closed("plan"), closed("contest"), closed("waive")]),
    commitment(OWED, state="notified", origin="training", programme="ck1", payments=[], repayment=REPAYMENT, ended_on="2025-09-20", available_actions=[closed("sign"), closed("pause"), closed("assess"), closed("notify"), *allowed("plan", "contest", "waive")]),
]  # fmt: skip
EXIT = {
    "commitment_id": BOUND, "on": "2026-09-30", "cause": "leaves", "amount": 321_428_571, "currency": "VND", "base": 500_000_000, "kind": "PRORATA", "months_due": 84, "months_served": 30, "months_left": 54, "paused_days": 12,
    "formula": "500 000 000 × (84 − 30) ÷ 84 = 321 428 571", "ends_on": "2031-03-31", "free_on": "2031-04-01", "rule": {"id": "COM-02", "value": "PRORATA", "unit": "formula", "citation": "Decree 101/2017/NĐ-CP", "confidence": "to_confirm"},
}  # fmt: skip
TOTALS = [
    {
        "facility_code": code,
        "currency": "VND",
        "opened": 5,
        "running": 4,
        "committed": 2_750_000_000,
        "due": 275_000_000,
        "paid": 1_100_000_000,
        "asked_back": 321_428_571,
        "repaid": 0,
    }
    for code in ("VN-22-BVT", "VN-22-TTBCE")
]
ASKED_BACK = [
    {
        "commitment_id": commitment_id,
        "person_id": uid(2),
        "facility_code": "VN-22-BVT",
        "origin": origin,
        "next": following,
        "act_by": act_by,
        "days_left": 31,
        "amount": amount,
        "repaid": 0,
        "currency": "VND",
    }
    for commitment_id, origin, following, act_by, amount in ((BOUND, "attraction", "assess", "2025-10-31", None), (OWED, "training", "collect", "2026-01-24", 321_428_571))
]

ANSWERS: dict[str, Any] = {
    f"{A}/decisions": page(*DECISIONS, cursor="c2"),
    f"{A}/decisions/retroactive": page(DECISIONS[2]),
    **{f"{A}/decisions/{found['id']}": found for found in DECISIONS},
    f"{A}/check/ABCDEFGH23456789": {"code": "ABCDEFGH23456789", "number": "317/QĐ-SYT", "signed_on": "2025-09-22", "authority": "VN-22", "state": "revoked"},
    f"{A}/commitments": page(*COMMITMENTS, cursor="c2"),
    f"{A}/commitments/totals": {"as_of": "2025-09-30", "items": TOTALS},
    f"{A}/commitments/asked-back": page(*ASKED_BACK),
    **{f"{A}/commitments/{found['id']}": found for found in COMMITMENTS},
    f"{A}/commitments/{BOUND}/exit": EXIT,
    f"{A}/payments": page(*PARTS, cursor="c2"),
}
