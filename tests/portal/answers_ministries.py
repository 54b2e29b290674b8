"""What the services answer about returns, programs and the definitions of a figure."""

from typing import Any

from tests.portal.world import allowed, page, uid

R, F = "/api/v1/registry", "/api/v1/observatory/figures"
CALL, CLOSED, ROUND = uid(3000), uid(3001), uid(3002)


def call(identifier: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": identifier, "authority": "VN-22", "title": "Nhân lực quý 3 năm 2025", "what": "staff", "facility_types": [], "first_on": "2025-07-01", "last_on": "2025-09-30", "due_on": "2025-10-15",
        "opened_on": "2025-09-01", "state": "open", "version": 1, "expected": 13, "sent": 9, "late": 2, "available_actions": allowed("hand_in", "close"),
    } | changes  # fmt: skip


def place(code: str, name: str | None, **changes: Any) -> dict[str, Any]:
    return {
        "code": code, "name": name, "expected": 1, "sent": 1, "late": 0, "missing": 0, "people": 312, "complete": 300, "complete_percent": 96.2, "first_sent_on": "2025-10-02", "last_sent_on": "2025-10-02",
    } | changes  # fmt: skip


NOT_SENT = {"sent": 0, "missing": 1, "people": None, "complete": None, "complete_percent": None, "first_sent_on": None, "last_sent_on": None}
STATUS = page(
    place("VN-22-TTBCE", "Trung tâm y tế Ba Chẽ", **NOT_SENT, late=1),
    place("VN-22-TTCT", "Trung tâm y tế Cô Tô", **NOT_SENT),
    place("VN-22-BVT", "Bệnh viện đa khoa tỉnh Quảng Ninh"),
    place("VN-22-BVBC", "Bệnh viện Bãi Cháy", late=1, last_sent_on="2025-10-20"),
)
CLIENTS = page(
    {"client_id": "*", "per_minute": 600, "per_day": 50000, "is_own": True, "today": 0, "refused_today": 0, "recent": 0, "last_day": None},
    {"client_id": "ministry-health", "per_minute": 600, "per_day": 50000, "is_own": False, "today": 1204, "refused_today": 0, "recent": 33120, "last_day": "2025-09-30"},
    {"client_id": "ministry-sandbox", "per_minute": 60, "per_day": 2000, "is_own": True, "today": 2000, "refused_today": 41, "recent": 9120, "last_day": "2025-09-30"},
)


def figure(identifier: str, title: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": identifier, "service": "density", "title": title, "definition": f"{title}, trên 10.000 dân.", "unit": "trên 10.000 dân", "value": 17.4, "decimals": 1, "numerator": 2488,
        "numerator_text": "Bác sĩ đang làm việc", "denominator": 1430000, "denominator_text": "Dân số", "band": None, "why": None, "rule": None, "source": "Sổ đăng ký nhân lực", "as_of": "2025-09-30",
        "from": None, "to": None, "boundaries_of": "2025-09-30", "area": {"code": "VN-22", "name": "Tỉnh Quảng Ninh", "level": "province"}, "complete": True, "coverage": None, "population": None,
        "policy": None, "beside": None, "currency": None, "amounts": [], "definitions": 3, "records": f"{F}/{identifier}/records",
    } | changes  # fmt: skip


HEADCOUNT = figure("density.doctors", "Mật độ bác sĩ")
SHARES = figure("density.doctors_fte", "Mật độ bác sĩ quy đổi toàn thời gian", value=16.9, numerator=2416.6)
HIDDEN = figure("density.doctors_public", "Mật độ bác sĩ khu vực công lập", value=None, numerator=None, band="1–4", why="Dưới 5 người", records=None)
ANSWERS: dict[str, Any] = {
    f"{R}/returns": page(call(CALL), call(CLOSED, state="closed", available_actions=[]), call(ROUND, what="establishment", title="Biên chế 2026")),
    **{f"{R}/returns/{one}": call(one, **more) for one, more in ((CALL, {}), (CLOSED, {"state": "closed", "available_actions": []}), (ROUND, {"what": "establishment"}))},
    **{f"{R}/returns/{one}/status": STATUS for one in (CALL, ROUND)},
    f"{R}/returns/{CLOSED}/status": page(),
    f"{R}/clients": CLIENTS,
    f"{F}/density.doctors": HEADCOUNT,
    f"{F}/density.doctors/definitions": {"items": [HEADCOUNT, SHARES, HIDDEN], "differences": [0.0, -2.9, None]},
    f"{F}/stock.doctors/definitions": {"items": [figure("stock.doctors", "Bác sĩ")], "differences": [0.0]},
}
