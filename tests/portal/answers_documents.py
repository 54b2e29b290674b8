"""What the registry answers about documents, for the tests of the pages."""

from typing import Any

from tests.portal.world import allowed, page, uid

R = "/api/v1/registry"
FRESH, CHECKED = uid(931), uid(932)


def version(**changes: Any) -> dict[str, Any]:
    return {
        "number": 1, "sha256": "a" * 64, "size": 123, "kind": "pdf", "issuer": "Bệnh viện Đa khoa tỉnh", "issued_on": "2024-10-10", "expires_on": "2025-10-09", "kept_until": "2030-10-09",
        "source": "handed in", "added_on": "2024-10-11", "outcome": None, "method": None, "evidence": None, "checked_on": None, "destroyed_on": None, "recorded_at": "2024-10-11T02:00:00Z",
    } | changes  # fmt: skip


def document(identifier: str, *versions: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "id": identifier, "reference": None, "person_id": uid(1), "type": "health_certificate", "title": "Giấy khám sức khỏe", "is_expired": False, "days_left": 9,
        "rule": {"id": "DOC-TYPES", "value": {"notice_days": 60, "kept_years": 5}}, "versions": list(versions), "version": 1, "available_actions": allowed("add_version", "check"),
    } | changes  # fmt: skip


DOCUMENTS = [
    document(FRESH, version()),
    document(
        CHECKED,
        version(number=2, outcome="genuine", method="compared with the original", checked_on="2025-01-02", expires_on=None, kept_until=None),
        version(sha256=None, destroyed_on="2025-09-30", outcome="doubtful", method="stamp missing", checked_on="2024-10-12"),
        type="identity",
        title="Căn cước công dân",
        available_actions=[],
    ),
]

ANSWERS: dict[str, Any] = {
    f"{R}/documents": page(*DOCUMENTS),
    **{f"{R}/documents/{one['id']}": one for one in DOCUMENTS},
}
