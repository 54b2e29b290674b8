"""A small province for the tests of the observatory: facilities, workers and hires as the other services announce them."""

from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from tests.support.hearing import Message, message

ROOT = "/api/v1/observatory"
AS_OF = "2025-09-30"


def known(name: str) -> str:
    """The same identifier for the same name in every test."""
    return str(uuid5(NAMESPACE_URL, f"tests/observatory/{name}"))


def period(first: str | None = "1976-01-01", last: str | None = None, **more: Any) -> dict[str, Any]:
    return {"valid_from": first, "valid_to": last} | more


def area(*within: str, level: str = "commune", first: str | None = None, last: str | None = None, into: str | None = None, at: tuple[float, float] = (21.0, 107.1)) -> Message:
    """An area named by the codes from the country down to itself; `into` is the commune of 1 July 2025 that it became."""
    heirs = [{"id": known(f"area {into} 2025-07-01"), "effective_on": "2025-07-01", "share": "1", "is_main": True, "is_estimated": False}] if into else []
    body = {"id": known(f"area {within[-1]} {first}"), "country": "VN", "level": level, "successors": heirs}
    spell = period(first, last, code=within[-1], name=f"Area {within[-1]}", within=list(within), latitude=at[0], longitude=at[1])
    return message("relais.registry.areas", "registry.area.changed.v1", body | {"periods": [spell]})


def facility(code: str, *, at: tuple[str, ...] = ("VN", "VN-22", "VN-22-C1"), manager: str = "VN-22", periods: list[dict[str, Any]] | None = None, **more: Any) -> Message:
    path = "VN." + manager + "." + code
    standing = {"ownership": "public", "authority_path": path, "area_path": list(at), "area_is_estimated": False, "facility_type": "hospital", "remoteness": "none"} | more
    body = {"id": known(code), "code": code, "periods": [period() | standing] if periods is None else [standing | one for one in periods]}
    return message("relais.registry.facilities", "registry.facility.changed.v1", body)


def worker(name: str, group: str = "doctor", isco: str = "2211", occupation: str = "VN-BS") -> Message:
    body = {"id": known(f"worker {name}"), "person_id": known(f"person {name}"), "occupation_code": occupation, "isco": isco, "group": group}
    return message("relais.registry.workers", "registry.worker.registered.v1", body)


def assignment(
    name: str,
    at: str = "VN-22-H1",
    *,
    kind: str = "primary",
    state: str = "active",
    first: str = "2020-01-01",
    last: str | None = None,
    key: str = "",
    share: str = "1",
    post: str | None = None,
) -> Message:
    body = {
        "id": known(f"assignment {name} {kind} {key}"),
        "worker_id": known(f"worker {name}"),
        "person_id": known(f"person {name}"),
        "state": state,
        "shared_with": [],
        "periods": [period(first, last, facility_code=at, authority_path=path_of_facility(at), kind=kind, fte_share=share, post_id=known(post) if post else None)],
    }
    return message("relais.registry.assignments", "registry.assignment.started.v1", body)


def employed(name: str, at: str = "VN-22-H1", group: str = "doctor", isco: str = "2211", **more: Any) -> list[Message]:
    """A worker with a primary assignment."""
    return [worker(name, group, isco), assignment(name, at, **more)]


def policy(name: str = "NQ-28", *, authority: str = "VN-22", first: str = "2023-12-08", last: str | None = "2025-12-31", target: int = 298) -> Message:
    body = {"id": known(name), "authority": authority, "resolution_no": "28/2023/NQ-HĐND", "title": name, "target_hires": target, "citation": "Resolution 28/2023/NQ-HĐND"}
    return message("relais.recruitment.policies", "recruitment.policy.approved.v1", body | {"valid_from": first, "valid_to": last})


def hire(name: str, done_on: str, *, under: str = "NQ-28", starts_on: str | None = None) -> Message:
    more = {"policy_id": known(under), "occupation_code": "VN-BS", "done_on": done_on, "starts_on": starts_on or done_on}
    return fact("recruitment.hires", "decided", f"hire {name}", name, **more)


def path_of_facility(code: str) -> str:
    return "VN." + "-".join(code.split("-")[:2]) + "." + code


def fact(topic: str, act: str, key: str, name: str | None = None, /, *, at: str | None = "VN-22-H1", **more: Any) -> Message:
    """What a service tells of one thing: `fact("training.sessions", "held", "S1", at=None, facility_codes=[…], state="done")`."""
    body: dict[str, Any] = {"id": known(key), "authority_path": path_of_facility(at) if at else "VN.VN-22", "shared_with": []}
    if name:
        body["person_id"] = known(f"person {name}")
    if at:
        body["facility_code"] = at
    return message(f"relais.{topic}", f"{topic.rstrip('s')}.{act}.v1", body | more)


def post(name: str, at: str = "VN-22-H1", *, specialty: str | None = None, frozen: bool = False, periods: list[dict[str, Any]] | None = None) -> Message:
    body = {"id": known(name), "facility_code": at, "authority_path": path_of_facility(at), "unit": None, "occupation_code": "VN-BS", "specialty": specialty, "frozen": frozen}
    return message("relais.registry.posts", "registry.post.opened.v1", body | {"periods": periods or [period("2020-01-01", fte="1")]})


def due(
    key: str, *, at: str = "VN-22-BVT", name: str | None = None, kind: str = "mandate_ends", on: str = "2025-10-15", responsible: str = "facility-hr-officer", **more: Any
) -> Message:
    body = {"id": known(f"due {key}"), "kind": kind, "subject_id": known(key), "path": f"/mandates/{known(key)}", "authority_path": path_of_facility(at), "shared_with": []}
    body |= {"facility_code": at, "person_id": known(f"person {name}") if name else None, "due_on": on, "warn_on": "2025-06-01", "responsible": responsible, "state": "open"}
    return message("relais.appointment.dues", "appointment.due.changed.v1", body | {"facts": {}} | more)


def uuid_of(name: str) -> UUID:
    return UUID(known(name))


PROVINCE = [
    area("VN", level="country"),
    area("VN", "VN-22", level="province"),
    area("VN", "VN-01", level="province"),
    area("VN", "VN-22", "VN-22-C1"),
    area("VN", "VN-22", "VN-22-C2", last="2025-06-30", into="VN-22-C3"),
    area("VN", "VN-22", "VN-22-C4", last="2025-06-30", into="VN-22-C3"),
    area("VN", "VN-22", "VN-22-C3", first="2025-07-01"),
    facility("VN-22-H1"),
]
