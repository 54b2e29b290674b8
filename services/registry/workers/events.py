"""What the registry tells about workers: who works in which occupation, never a name."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import ConfigDict

from services.registry.workers.models import Worker
from shared.events import Event


class WorkerRegistered(Event):
    """A person is registered as a worker of an occupation, or what rules of age and service need, or the authorities with a relation to the worker, changed."""

    type = "registry.worker.registered.v1"
    topic = "relais.registry.workers"
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0193f2a0-0000-7000-8000-000000000001",
                    "person_id": "0193f2a0-0000-7000-8000-000000000002",
                    "worker_no": "QN-000123",
                    "occupation_code": "VN-BS",
                    "isco": "2211",
                    "group": "doctor",
                    "specialty": "anaesthesia",
                    "employment_type": "public_employee",
                    "first_day": "2015-02-01",
                    "retirement_on": "2048-08-31",
                    "authority_path": "VN.VN-22.VN-22-BVT",
                    "shared_with": [],
                }
            ]
        }
    )

    person_id: UUID
    worker_no: str | None = None
    occupation_code: str
    isco: str
    group: str
    specialty: str | None = None
    employment_type: str | None = None
    first_day: date | None = None
    retirement_on: date | None = None
    authority_path: str
    shared_with: list[str]

    @classmethod
    def about(cls, worker: Worker, *, isco: str, group: str, **service: Any) -> "WorkerRegistered":
        """`service` is the employment type, the first day of the first employment, and the day of retirement by the schedule (REG-05)."""
        return cls(
            id=worker.id,
            person_id=worker.person_id,
            worker_no=worker.worker_no,
            occupation_code=worker.occupation_code,
            isco=isco,
            group=group,
            specialty=worker.specialty,
            authority_path=worker.authority_path,
            shared_with=worker.shared_with,
            **service,
        )
