"""What the APIs answer about exchanges, as the portal meets it."""

from typing import Any

from tests.portal.world import RULE, R, allowed, card, page, uid

O = "/api/v1/rotation"  # noqa: E741
AGREEMENT, DRAFT, CALL, UNIT, PLACEMENT, APPLIED, BACK, GUEST, ALUMNUS, OUT = (uid(1500 + number) for number in range(10))
HOST, HOME = "VN-22-BVT", "VN-22-TYT-07200"
CLOSED_ACT = {"act": "depart", "allowed": False, "reason": "The visa ends on 2026-06-15, the stay lasts to 2026-06-30.", "rule": RULE, "possible": "End the stay on 2026-06-15."}

AGREEMENT_READ: dict[str, Any] = {
    "id": AGREEMENT, "reference": "CF-2024", "giver_code": HOST, "receiver_code": HOME, "model": "exchange", "programme": "bilateral-exchange", "number": "2024-31", "starts_on": "2024-01-01",
    "ends_on": "2028-12-31", "ended_on": None, "giver_contact": None, "receiver_contact": None, "giver_contact_name": None, "receiver_contact_name": None, "programme_id": None,
    "previous_id": None, "funding": "CHU de Clermont-Ferrand", "scope": ["residents", "publications"], "places": [{"host_code": HOST, "quota_per_year": 5}, {"host_code": HOME, "quota_per_year": 2}],
    "state": "active", "drafted_on": "2024-01-08", "giver_signed_on": "2023-12-04", "receiver_signed_on": "2023-12-04", "on_paper": True, "reason": None, "obligations": [],
    "available_actions": allowed("suspend", "terminate", "name_focal_point_giver"),
}  # fmt: skip
DRAFT_READ = AGREEMENT_READ | {"id": DRAFT, "state": "draft", "receiver_signed_on": None, "on_paper": False, "available_actions": allowed("sign_receiver")}
TERMS = {
    "agreement_id": AGREEMENT, "year": 2025, "as_of": "2025-10-01",
    "places": [{"host_code": HOST, "year": 2025, "quota": 5, "used": 5, "free": 0}, {"host_code": HOME, "year": 2025, "quota": 2, "used": 0, "free": 2}],
    "units": [{"id": UNIT, "reference": None, "facility_code": HOST, "unit": "Chirurgie cardiovasculaire", "specialty": "cardiovascular-surgery", "capacity": 2, "state": "open", "taken": 1, "free": 1}],
    "outputs": [{"id": uid(1520), "kind": "seminar", "title": "Séminaire de réanimation", "happened_on": "2025-03-20", "people": 140}],
    "lineage": [{"id": uid(1521), "number": "2008-7", "reference": "CF-2008", "ended_on": None, "starts_on": "2008-01-01", "ends_on": "2023-12-31", "state": "expired"}, {"id": AGREEMENT, "number": "2024-31", "reference": "CF-2024", "ended_on": None, "starts_on": "2024-01-01", "ends_on": "2028-12-31", "state": "active"}],
}  # fmt: skip
CALL_READ = {
    "id": CALL, "reference": None, "agreement_id": AGREEMENT, "host_code": HOST, "home_code": HOME, "title": "Chirurgie cardiovasculaire, appel 2026", "field": "cardiovascular-surgery",
    "status_type": "stagiaire_associe", "places": 2, "language": "fr", "language_level": "B2", "opens_on": "2025-09-01", "closes_on": "2999-12-31", "state": "published", "reason": None,
    "published_on": "2025-09-01", "available_actions": allowed("apply", "withdraw"),
}  # fmt: skip


def step(code: str, state: str = "done", **more: Any) -> dict[str, Any]:
    return {
        "code": code,
        "state": state,
        "done_on": "2025-03-01" if state == "done" else None,
        "until": None,
        "side": "either",
        "reason": None,
        "rule": None,
        "possible": None,
    } | more


PREPARED = [step(code) for code in ("apply", "selection", "language", "host", "scholarship", "convention")]
PLACEMENT_READ: dict[str, Any] = {
    "id": PLACEMENT, "reference": "EX-05", "agreement_id": AGREEMENT, "call_id": CALL, "person_id": uid(1), "person_name": "Phùng Mai Nga", "occupation_code": "VN-BSCK", "home_code": HOME, "home_unit": "Khoa Nội",
    "host_code": HOST, "host_unit_id": UNIT, "host_unit": "Réanimation", "field": "anaesthesia-icu", "status_type": "stagiaire_associe", "language": "fr", "language_level": "B2", "purpose": "return",
    "starts_on": "2025-10-06", "ends_on": "2026-06-30", "ended_on": None, "months": 9, "state": "selected", "from_register": False, "motivation": "ECMO", "applied_on": "2025-02-10", "decided_on": "2025-03-19",
    "decision_reason": "Projet précis", "departed_on": None, "arrived_on": None, "reviewed_on": None, "review": None, "interrupted": False, "reason": None, "returned_on": None, "debriefed_on": None, "debrief": None,
    "papers": [
        {"kind": "language", "label": "DELF B2", "level": "B2", "asked_on": None, "since": "2025-05-16", "valid_until": "2027-05-16", "amount": None, "currency": None, "months": None, "said_on": "2025-06-05"},
        {"kind": "scholarship", "label": "CHU", "level": None, "asked_on": None, "since": None, "valid_until": None, "amount": 110_000, "currency": "EUR", "months": 9, "said_on": "2025-06-05"},
        {"kind": "visa", "label": "VLS-TS", "level": None, "asked_on": "2025-07-29", "since": None, "valid_until": None, "amount": None, "currency": None, "months": None, "said_on": "2025-06-05"},
    ],
    "people": [{"part": "supervisor", "person_id": uid(4), "name": "Isabelle Violin"}],
    "steps": [*PREPARED, step("visa", "late", until="2025-10-06", reason=CLOSED_ACT["reason"], rule=RULE, possible="Cut it."), step("insurance", "open", until="2025-10-06"), step("release", "open", side="home"), step("commitment"), step("departure", "open", side="home"), step("arrival", "waiting", side="host"), step("return", "waiting")],
    "entered_afterwards": True, "available_actions": [*allowed("prepare", "accept", "release", "change_days", "cancel"), CLOSED_ACT],
}  # fmt: skip
APPLIED_READ = PLACEMENT_READ | {
    "id": APPLIED, "state": "applied", "papers": [], "people": [], "decided_on": None, "decision_reason": None, "steps": [step("apply"), step("selection", "open"), step("visa", "waiting")], "available_actions": allowed("select", "refuse", "cancel"),
}  # fmt: skip
BACK_READ = PLACEMENT_READ | {
    "id": BACK, "state": "returned", "ended_on": "2026-06-30", "returned_on": "2026-07-02", "steps": [*PREPARED, step("return"), step("debriefing", "open", side="home")], "available_actions": allowed("debrief"),
}  # fmt: skip
GUEST_READ = {
    "id": GUEST, "reference": None, "agreement_id": AGREEMENT, "person_id": uid(3), "person_name": "Pierre Vidal", "sent_by": "CHU de Clermont-Ferrand", "facility_code": HOST, "unit": "Khoa Ngoại", "field": "cardiology",
    "starts_on": "2025-03-03", "ends_on": "2025-03-14", "may_teach_until": "2025-03-14", "may_practise_until": None, "permission_number": "12/GP", "state": "planned", "reason": None, "available_actions": allowed("permit", "cancel"),
}  # fmt: skip
ALUMNUS_READ = {
    "id": ALUMNUS, "reference": "CF-1991-01", "person_id": uid(2), "person_name": None, "home_code": HOME, "host_code": HOST, "host_unit": "Imagerie", "field": "imaging", "starts_on": "1991-10-01", "ends_on": "1993-09-30",
    "months": 24, "purpose": "return", "back": True, "returned_on": None, "today_post": "Trưởng khoa", "today_place": "Huế", "today_on": "2025-06-30", "informed_on": "2025-06-15", "opted_out": False, "from_register": True,
    "available_actions": allowed("inform", "opt_out", "say_outcome", "tell"),
}  # fmt: skip
OUT_READ = ALUMNUS_READ | {"id": OUT, "person_id": None, "today_post": None, "today_place": None, "today_on": None, "back": None, "opted_out": True, "available_actions": []}
SUMMARY = {
    "people": 2, "back": 1, "stayed": 0, "unknown": 1, "shortest_months": 6, "longest_months": 24,
    "items": [{"field": "imaging", "decade": 1990, "people": 2, "back": 1}, {"field": "nursing", "decade": 2000, "people": 1, "back": 0}],
}  # fmt: skip

ANSWERS: dict[str, Any] = {
    f"{O}/agreements": page(AGREEMENT_READ, DRAFT_READ),
    f"{O}/agreements/{AGREEMENT}": AGREEMENT_READ,
    f"{O}/agreements/{DRAFT}": DRAFT_READ,
    f"{O}/agreements/{AGREEMENT}/exchange": TERMS,
    f"{O}/agreements/{DRAFT}/exchange": TERMS | {"outputs": [], "units": []},
    f"{O}/exchange-calls": page(CALL_READ),
    f"{O}/exchange-calls/{CALL}": CALL_READ,
    f"{O}/host-units": page(*TERMS["units"]),
    f"{O}/placements": page(PLACEMENT_READ, APPLIED_READ, BACK_READ),
    f"{O}/placements/own": page(PLACEMENT_READ),
    f"{O}/placements/{PLACEMENT}": PLACEMENT_READ,
    f"{O}/placements/{APPLIED}": APPLIED_READ,
    f"{O}/placements/{BACK}": BACK_READ,
    f"{O}/placements/{PLACEMENT}/replacements": page(
        {"person_id": uid(2), "occupation_code": "VN-BSCK", "specialty": None, "unit": "Khoa Nội", "same_unit": True, "same_specialty": True}
    ),
    f"{O}/guest-stays": page(GUEST_READ),
    f"{O}/guest-stays/decades": page({"decade": 2020, "stays": 1, "people": 1, "by_field": {"cardiology": 1}}),
    f"{O}/guest-stays/{GUEST}": GUEST_READ,
    f"{O}/alumni": page(ALUMNUS_READ, OUT_READ),
    f"{O}/alumni/summary": SUMMARY,
    f"{R}/persons/search": page(card(uid(2), 1990), card(uid(4), 1981)),
}
