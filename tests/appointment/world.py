"""A small province for the tests of appointment: places, people who work there, and what others ask to have signed."""

from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from shared.inbox import Message
from tests.support.hearing import message

ROOT = "/api/v1/appointment"
PROVINCIAL, REMOTE, OTHER_PROVINCE = "VN-22-BVT", "VN-22-TTBCE", "VN-01-BVDK"


def known(name: str) -> UUID:
    """The same identifier for the same name in every test."""
    return uuid5(NAMESPACE_URL, f"tests/appointment/{name}")


def path_at(code: str) -> str:
    authority = "-".join(code.split("-")[:2])
    return f"VN.{authority}.{code}"


def facility(code: str = PROVINCIAL, **changes: Any) -> Message:
    """A place that has stood since 1976."""
    period = {"valid_from": "1976-01-01", "valid_to": None, "authority_path": path_at(code), "facility_type": "hospital", "level": "province", "area_code": "VN-22-06676"}
    body = {"id": str(known(code)), "code": code, "periods": [period | changes]}
    return message("relais.registry.facilities", "registry.facility.changed.v1", body)


def worker(name: str = "Ánh", *, at: str = PROVINCIAL, **changes: Any) -> Message:
    """A person in an occupation."""
    body = {"id": str(known(f"worker {name}")), "person_id": str(known(name)), "occupation_code": "VN-BS", "group": "doctor", "authority_path": path_at(at)}
    return message("relais.registry.workers", "registry.worker.changed.v1", body | changes)


def assignment(name: str = "Ánh", *, at: str = PROVINCIAL, starts_on: str = "2020-01-01", ends_on: str | None = None, kind: str = "primary", **changes: Any) -> Message:
    """Where the person works; one assignment for each name and place."""
    period = {"valid_from": starts_on, "valid_to": ends_on, "facility_code": at, "authority_path": path_at(at), "kind": kind, "fte_share": "1", "post_id": None}
    body = {"id": str(known(f"assignment {name} {at}")), "worker_id": str(known(f"worker {name}")), "person_id": str(known(name)), "state": "active", "periods": [period]}
    return message("relais.registry.assignments", "registry.assignment.started.v1", body | changes)


def decision_request(thing: UUID, *, service: str = "recruitment", at: str = PROVINCIAL, **changes: Any) -> Message:
    """What another service asks to have signed: a thing of each test's own, for the events of one thing have no gap."""
    body = {
        "id": str(thing),
        "kind": "hire",
        "source_service": service,
        "state": "proposed",
        "authority_path": path_at(at),
        "facility_code": at,
        "person_ids": [str(known("Ánh"))],
        "proposed_by": "issuer#linh",
        "proposed_on": "2025-09-01",
        "effective_on": "2025-11-01",
        "legal_basis": ["Resolution 28/2023/NQ-HĐND"],
        "facts": {"occupation_code": "VN-BS", "amount": 550_000_000, "currency": "VND"},
    }
    return message(f"relais.{service}.decision_requests", f"{service}.decision_request.made.v1", body | changes)
