"""What the services answer of meetings, plans, delegations and the list of procedures."""

from typing import Any

from tests.portal.world import allowed, page, uid

OBSERVATORY, A, R = "/api/v1/observatory", "/api/v1/appointment", "/api/v1/registry"
BODY, SIXTH, SEVENTH, DONE, LATE = (uid(number) for number in range(2001, 2006))
PLAN, ACTION, ROW, REQUEST = (uid(number) for number in range(2010, 2014))
APPROVED, CLOSED = uid(2014), uid(2015)
COMMITTEE = {"id": BODY, "reference": None, "authority": "VN-22", "code": "training", "title": "Hội đồng phối hợp đào tạo", "kind": "committee"}


def meeting(identifier: str, number: int, day: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": identifier, "reference": None, "state": "held", "body": COMMITTEE, "number": number, "starts_on": day, "ends_on": day, "place": "Hạ Long", "area_code": "VN-22", "within_id": None,
        "people": 14, "version": 2,
    } | changes  # fmt: skip


def resolution(identifier: str, number: int, standing: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": identifier, "reference": None, "meeting_id": SIXTH, "kind": "recommendation", "number": number, "text": "Mở thêm 20 chỗ đào tạo", "owner": "Phòng đào tạo", "area_code": "VN-22", "due_on": "2025-08-31",
        "standing": standing, "seen_on": "2025-07-01", "evidence": "Thông tư 12", "followups": [{"meeting_id": SEVENTH, "outcome": "under_way", "seen_on": "2025-07-01", "evidence": "Thông tư 12"}],
        "available_actions": allowed("follow_up"),
    } | changes  # fmt: skip


MEETING = meeting(SEVENTH, 7, "2025-09-10") | {
    "as_of": "2025-09-30", "agenda": [{"day": "2025-09-10", "subject": "Số chỗ đào tạo", "speaker": None}], "reason": None, "adopted_on": None,
    "attendance": [{"area_code": "VN-22", "capacity": "Phụ trách đào tạo", "people": 14}], "participants": [{"person_id": uid(1), "area_code": "VN-22", "capacity": "Phụ trách đào tạo"}],
    "resolutions": [resolution(DONE, 1, "done", meeting_id=SEVENTH, kind="decision", due_on=None, owner=None)], "previous": meeting(SIXTH, 6, "2025-03-10"),
    "followed": [resolution(LATE, 1, "late")], "meetings_within": [], "available_actions": allowed("hold", "resolve", "adopt", "cancel"),
}  # fmt: skip
PLAN_ACTION = {
    "id": ACTION, "reference": None, "strategy_id": PLAN, "axis": 1, "objective": 1, "number": 1, "title": "Mở chỗ đào tạo", "owner": "Phòng đào tạo", "area_code": "VN-22", "indicator": "stock.staff",
    "indicator_area": None, "target": 40.0, "starts_on": "2025-02-01", "due_on": "2025-06-30", "resolution_id": LATE, "standing": "late", "percent": 60, "closed_on": None, "evidence": None,
    "progress": [{"percent": 60, "text": "Đã ký", "said_on": "2025-05-01"}], "version": 1, "available_actions": allowed("report", "close"),
}  # fmt: skip
STRATEGY = {
    "id": PLAN, "reference": None, "state": "draft", "authority": "VN-22", "title": "Kế hoạch nhân lực 2025-2026", "starts_on": "2025-01-01", "ends_on": "2026-12-31", "approved_on": None, "closed_on": None,
    "version": 1, "conclusion": None, "amendments": [], "as_of": "2025-09-30", "axes": [{"number": 1, "title": "Đào tạo", "actions": 1, "done": 0, "late": 1, "percent": 60, "objectives": [{"number": 1, "title": "Thêm chỗ", "actions": [PLAN_ACTION]}]}],
    "available_actions": allowed("approve", "add_action"),
}  # fmt: skip
AMENDMENT = {
    "number": 1, "amended_on": "2025-07-01", "reason": "Ít phòng hơn dự kiến", "meeting_id": SIXTH, "decision": "12/QĐ-SYT",
    "changes": [
        {"axis": 1, "objective": 1, "action_id": ACTION, "field": "due_on", "before": "2025-03-31", "after": "2025-06-30"},
        {"axis": 1, "objective": 1, "action_id": ACTION, "field": "target", "before": "50", "after": "40"},
        {"axis": 1, "objective": 1, "action_id": None, "field": "added", "before": None, "after": "Thêm chỗ"},
    ],
}  # fmt: skip
RUNNING = STRATEGY | {"id": APPROVED, "state": "approved", "approved_on": "2025-01-20", "amendments": [AMENDMENT], "available_actions": allowed("amend", "close")}
ENDED = STRATEGY | {"id": CLOSED, "state": "closed", "approved_on": "2025-01-20", "closed_on": "2025-09-15", "conclusion": "Hai trên ba", "available_actions": []}
INDICATOR = {
    "figure": "stock.staff", "title": "Nhân viên", "unit": "người", "area_code": "VN-22", "target": 40.0, "before": 30, "before_on": "2025-01-31", "after": 36, "after_on": "2025-09-30",
}  # fmt: skip
DELEGATION = {
    "id": ROW, "reference": None, "state": "given", "authority": "VN", "act": "benefits", "rank": "deputy", "place": "VN-22", "competent": "VN-22", "nature": "power", "citation": "Quyết định 12/2025",
    "valid_from": "2025-07-01", "valid_to": None, "end_reason": None, "version": 1, "available_actions": allowed("end"),
}  # fmt: skip
DELAY = {"act": "benefits", "region": "VN-22", "level": "centre", "phase": "before", "since": "2025-07-01", "decisions": 8, "median_days": 66.5, "longest_days": 90}
LISTED = {
    "code": "contest_authorisation", "days": 15, "unit": "calendar", "documents": ["other"], "decides": "head-of-facility", "gives": None, "silence": "accepts", "steps": 2,
    "before": {"steps": 5, "documents": 3, "days": 45}, "rule": {"id": "REQ-CATALOGUE", "value": 15, "unit": "calendar days", "citation": "Law 55-19", "confidence": "to_confirm"},
}  # fmt: skip
LINE = {
    "procedure": "contest_authorisation", "asked": 9, "to_answer": 8, "in_time": 7, "by_silence": 1, "median_days": 6.0, "pending": 2, "late": 1, "oldest_id": REQUEST, "oldest_on": "2025-03-05",
    "listed": LISTED, "steps_saved": 21, "documents_saved": 14,
}  # fmt: skip
SUMMARY = {
    "from": "2025-01-01",
    "to": "2025-09-30",
    "as_of": "2025-09-30",
    "in_time_percent": 87.5,
    "items": [LINE, LINE | {"procedure": "moon", "listed": None, "oldest_on": None}],
}

ANSWERS: dict[str, Any] = {
    f"{OBSERVATORY}/meetings": page(meeting(SEVENTH, 7, "2025-09-10"), meeting(SIXTH, 6, "2025-03-10", state="adopted")),
    f"{OBSERVATORY}/meetings/{SEVENTH}": MEETING,
    f"{OBSERVATORY}/meetings/{SIXTH}": MEETING | {"id": SIXTH, "previous": None, "followed": [], "attendance": [], "participants": [], "agenda": [], "available_actions": []},
    f"{OBSERVATORY}/meeting-bodies": page(COMMITTEE),
    f"{OBSERVATORY}/resolutions": page(resolution(LATE, 1, "late")),
    f"{OBSERVATORY}/resolutions/{LATE}": resolution(LATE, 1, "late"),
    f"{OBSERVATORY}/strategies": page(STRATEGY),
    f"{OBSERVATORY}/strategies/{PLAN}": STRATEGY,
    f"{OBSERVATORY}/strategies/{APPROVED}": RUNNING,
    f"{OBSERVATORY}/strategies/{CLOSED}": ENDED,
    f"{OBSERVATORY}/strategy-actions": page(PLAN_ACTION),
    f"{OBSERVATORY}/strategy-actions/{ACTION}": PLAN_ACTION,
    f"{OBSERVATORY}/strategy-actions/{ACTION}/indicator": INDICATOR,
    f"{A}/delegations": page(DELEGATION, DELEGATION | {"id": uid(2020), "valid_to": "2025-06-30", "end_reason": "thay thế", "rank": None, "available_actions": []}),
    f"{A}/delegations/delays": {"from": "2025-01-01", "to": "2025-09-30", "items": [DELAY, DELAY | {"phase": "after", "level": "region", "median_days": 6.0, "longest_days": 9}]},
    f"{R}/procedures": [LISTED],
    f"{R}/requests/summary": SUMMARY,
}
