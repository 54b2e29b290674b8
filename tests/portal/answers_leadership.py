"""What appointment answers about leaders, for the tests of the pages."""

from typing import Any

from tests.portal.world import allowed, page, uid

A = "/api/v1/appointment"
HEAD, DEPUTY, MANDATE, OLD, CASE, HALF, PLAN, ENTRY, SECRET, DECIDED = (uid(number) for number in range(901, 911))
RULE = {
    "id": "APP-08",
    "value": {"quorum": "2/3", "majority": "1/2"},
    "unit": "of those convened",
    "citation": "Draft decree on civil servants (quorum)",
    "confidence": "to_confirm",
}
CAP = {
    "facility_code": "VN-22-BVT", "unit": None, "deputies": 2, "seats": 2, "staff": 20,
    "rule": RULE | {"id": "APP-11", "value": {"small_unit": 20, "counted": ["public_employee", "contract_open"], "allowed": 2, "staff": 20}},
}  # fmt: skip


def closed(act: str, reason: str = "This act is not open: the state is “opened”.") -> dict[str, Any]:
    return {"act": act, "allowed": False, "reason": reason, "rule": None, "possible": None}


def position(number: str, rank: str, title: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": number, "reference": None, "facility_code": "VN-22-BVT", "unit": None, "rank": rank, "title": title, "term_months": 60, "requirements": ["Chuyên khoa cấp II"],
        "planning_required": True, "valid_from": "2010-01-01", "valid_to": None, "grandfathered_until": None, "state": "open", "holder": None, "acting": None, "vacant_since": None,
        "available_actions": allowed("close"),
    } | changes  # fmt: skip


HOLDER = {"mandate_id": MANDATE, "person_id": uid(1), "kind": "appointed", "starts_on": "2020-12-01", "ends_on": "2025-11-30"}
ACTING = HOLDER | {"mandate_id": OLD, "person_id": uid(2), "kind": "acting"}
POSITIONS = [
    position(HEAD, "head", "Giám đốc Bệnh viện", holder=HOLDER),
    position(DEPUTY, "deputy", "Phó Giám đốc Bệnh viện", vacant_since="2025-01-01", acting=ACTING, grandfathered_until="2026-12-31"),
]
OFFER = {
    "offer": "extend",
    "starts_on": "2025-12-01",
    "ends_on": "2026-11-30",
    "months_left": 12,
    "notice_by": "2025-09-01",
    "rules": [RULE | {"id": "APP-09"}, RULE | {"id": "APP-10"}],
}


def mandate(number: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": number, "reference": None, "person_id": uid(1), "position_id": HEAD, "position_title": "Giám đốc Bệnh viện", "facility_code": "VN-22-BVT", "unit": None, "rank": "head",
        "kind": "appointed", "case_id": None, "follows_id": None, "starts_on": "2020-12-01", "ends_on": "2025-11-30", "ended_on": None, "ended_because": None, "ended_by_case_id": None,
        "put_back_on": None, "state": "running", "decision": "to_regularise", "signed_on": None, "retirement_on": "2026-11-30", "days_left": 61, "stage": 90, "acting_too_long": False,
        "followed": False, "next_term": OFFER,
    } | changes  # fmt: skip


MANDATES = [
    mandate(MANDATE, put_back_on="2025-06-02"),
    mandate(
        OLD,
        person_id=uid(2),
        kind="acting",
        position_id=DEPUTY,
        state="ended",
        ended_on="2025-04-30",
        ended_because="new_office",
        ended_by_case_id=DECIDED,
        acting_too_long=True,
        next_term=None,
        days_left=None,
        decision="12/QĐ-SYT",
        signed_on="2020-11-20",
        case_id=DECIDED,
    ),
]


def vote(outcome: str, votes: int = 5, convened: int = 9, **changes: Any) -> dict[str, Any]:
    totals = [{"person_id": uid(1), "votes": votes, "percent": "55.6"}]
    return {
        "held_on": "2025-09-10", "convened": convened, "present": 7, "valid": 7, "quorum": 6, "totals": totals, "outcome": outcome, "head_carried": None, "head_decided_on": None,
        "dissent_reference": None, "minutes_reference": "BB 12", "minutes_file": False,
    } | changes  # fmt: skip


def step(code: str, state: str, by: str = "regional-administrator", on: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "code": code,
        "number": None,
        "body": None,
        "purpose": None,
        "state": state,
        "on": on if on else ("2025-09-02" if state == "done" else None),
        "by": by,
        "vote": None,
    } | more


def case(number: str, state: str, steps: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    return {
        "id": number, "reference": "C-1", "kind": "first", "source": "internal", "state": state, "position_id": HEAD, "position_title": "Giám đốc Bệnh viện", "mandate_id": None,
        "facility_code": "VN-22-BVT", "unit": None, "rank": "head", "reason": "Khuyết chức danh", "planning_exception": None, "cumulation": False, "classified": False, "rule_pack": "vn-2020",
        "opened_on": "2025-09-01", "principle_requested_on": "2025-09-01", "principle_granted_on": "2025-09-05", "principle_reference": "45/SYT-TCCB", "screened_on": "2025-09-08",
        "voted_on": None, "file_completed_on": None, "file_reference": None, "proposed_on": None, "nominee_id": None, "to_facility_code": None, "starts_on": None, "ends_on": None,
        "decided_on": None, "decision": None, "stopped_on": None, "stopped_because": None, "stopped_note": None, "revoked_on": None, "outcome": None, "made_mandate_id": None,
        "candidates": [{"person_id": uid(1), "origin": "internal", "state": "screened", "conflicts": ["family"], "criteria": [{"rule": RULE | {"id": "APP-05", "value": "none"}, "met": True, "found": "none"}]}],
        "steps": steps, "deadlines": [{"what": "procedure_end", "due_on": "2025-10-17", "rule": RULE | {"id": "APP-01"}}], "entered_afterwards": True,
        "available_actions": [*allowed("hold_step", "stop"), *(closed(act) for act in ("request_principle", "answer_principle", "screen", "decide_half", "complete_file", "propose_decision", "withdraw"))],
    } | changes  # fmt: skip


BEFORE = [step("principle_request", "done"), step("principle_answer", "done", "signatory"), step("candidates", "done")]
AFTER = [step("file", "to_come"), step("proposal", "to_come"), step("signature", "to_come", "signatory"), step("effect", "to_come", "")]
CRITERIA = step("meeting", "done", "committee-member", number=1, body="leadership", purpose="criteria", vote=vote("held", totals=[], valid=None))
MEETING = step("meeting", "now", "committee-member", number=2, body="extended_leadership", purpose="nomination")
FINAL = step("meeting", "done", "committee-member", number=2, body="leadership", purpose="final", vote=vote("head_decides", 4, 8))
CASES = [
    case(CASE, "candidates_screened", [*BEFORE, CRITERIA, MEETING, *AFTER]),
    case(
        HALF,
        "candidates_screened",
        [*BEFORE, CRITERIA, FINAL, step("head_decision", "now", "signatory"), *AFTER],
        available_actions=[*allowed("decide_half"), *(closed(act) for act in ("hold_step", "stop", "withdraw"))],
    ),
    case(
        SECRET,
        "opened",
        [step("outcome", "now")],
        classified=True,
        candidates=[],
        deadlines=[],
        reason=None,
        principle_granted_on=None,
        available_actions=allowed("record_outcome", "stop"),
    ),
    case(
        DECIDED,
        "decided",
        [*BEFORE, CRITERIA, *(step(each["code"], "done", each["by"]) for each in AFTER)],
        kind="reappoint",
        mandate_id=MANDATE,
        nominee_id=uid(1),
        file_completed_on="2025-09-20",
        file_reference="HS-1",
        starts_on="2025-10-01",
        ends_on="2030-09-30",
        decided_on="2025-09-25",
        decision="101/QĐ-SYT",
        made_mandate_id=MANDATE,
        available_actions=[],
    ),
]


def entry(number: str, state: str = "active", *acts: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": number, "person_id": uid(1), "position_id": HEAD, "priority": 1, "ready": True, "development": ["Quản lý bệnh viện"], "state": state, "added_on": "2025-01-06",
        "added_because": None, "removed_on": None, "reason": None, "informed_on": None, "available_actions": allowed(*acts),
    } | changes  # fmt: skip


PLAN_READ = {
    "id": PLAN, "reference": None, "title": "Quy hoạch 2025–2030", "authority": "VN-22", "term_from": "2025-01-01", "term_to": "2030-12-31", "state": "approved", "proposed_on": "2024-12-03",
    "voted_on": "2024-12-17", "approved_on": "2024-12-24", "approval_reference": "412/KL", "reviewed_on": None, "names": 2, "posts": 1,
    "coverage": {"posts": 2, "covered": 1, "percent": "50.0", "rule": RULE | {"id": "APP-12"}},
    "reviews": [{
        "id": uid(930), "year": 2025, "state": "completed", "reviewed_on": "2025-06-09", "completed_on": "2025-06-16", "approved_on": None, "approval_reference": None, "kept": 1, "removed": 1,
        "promoted": 0, "added": 1, "available_actions": [closed("complete"), *allowed("approve")],
    }],
    "available_actions": [closed("screen"), closed("vote"), closed("approve"), *allowed("review")], "convened": 9, "present": 9, "valid": 9, "minutes_reference": "BB 118",
    "key_posts": [
        {"position_id": HEAD, "title": "Giám đốc Bệnh viện", "facility_code": "VN-22-BVT", "unit": None, "rank": "head", "names": 2, "ready": 2, "covered": True},
        {"position_id": DEPUTY, "title": "Phó Giám đốc Bệnh viện", "facility_code": "VN-22-BVT", "unit": None, "rank": "deputy", "names": 0, "ready": 0, "covered": False},
    ],
    "entries": [entry(ENTRY, "active", "remove"), entry(uid(931), "proposed", "approve", person_id=uid(2)), entry(uid(932), "removed", person_id=uid(3), reason="Chuyển ngành")],
}  # fmt: skip

SHARES = {
    "as_of": "2025-10-01", "rule": RULE | {"id": "APP-12-SHARES", "value": 40},
    "names": {"people": 24, "women": 9, "women_percent": "37.5", "under": 6, "under_percent": "25.0", "sex_unknown": 0, "birth_unknown": 0},
    "ready": {"people": 3, "women": None, "women_percent": None, "under": None, "under_percent": None, "sex_unknown": None, "birth_unknown": None},
}  # fmt: skip

ANSWERS: dict[str, Any] = {
    f"{A}/positions": page(*POSITIONS),
    f"{A}/positions/caps": CAP,
    f"{A}/positions/vacancies": {"from_day": "2025-01-01", "to_day": "2025-09-30", "items": [{"position_id": DEPUTY, "days": 273}]},
    f"{A}/mandates": page(*MANDATES),
    f"{A}/cases": page(*CASES),
    f"{A}/decisions": page(),
    f"{A}/succession-plans": page(PLAN_READ),
    f"{A}/succession-plans/{PLAN}": PLAN_READ,
    f"{A}/succession-plans/{PLAN}/shares": SHARES,
    **{f"{A}/positions/{item['id']}": item for item in POSITIONS},
    **{f"{A}/mandates/{item['id']}": item for item in MANDATES},
    **{f"{A}/cases/{item['id']}": item for item in CASES},
}
