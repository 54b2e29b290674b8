"""The catalogue over HTTP."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from services.registry.accounts.api import is_a_person
from services.registry.procedures.catalogue import Procedure, Silence, Unit, procedures_of
from services.registry.rules import pack_of
from shared.auth import CallerDep, allows
from shared.clock import today
from shared.errors import problems
from shared.idempotency import Router
from shared.jurisdictions import here

router = Router(prefix="/procedures", tags=["requests"])


class BurdenRead(BaseModel):
    """What a procedure asked of people before it was simplified."""

    model_config = ConfigDict(from_attributes=True)

    steps: int
    documents: int
    days: int


class ProcedureRead(BaseModel):
    """What may be asked: within which delay, with which documents, and whose role decides."""

    code: str
    days: int
    unit: Unit
    documents: list[str]
    decides: str
    gives: str | None
    silence: Silence | None = Field(description="What it means that the delay passed without an answer, where the list says so.")
    steps: int | None
    before: BurdenRead | None
    rule: dict[str, Any]

    @classmethod
    def of(cls, one: Procedure) -> Self:
        values = {name: getattr(one, name) for name in ("code", "days", "unit", "decides", "gives", "silence", "steps")}
        return cls(**values, documents=list(one.documents), before=BurdenRead.model_validate(one.before) if one.before else None, rule=one.rule.told())


@router.get("", response_model=list[ProcedureRead], dependencies=[allows(is_a_person)], responses=problems(401, 403, 409))
async def list_procedures(caller: CallerDep) -> list[ProcedureRead]:
    """The procedures of the caller's country that are open today."""
    return [ProcedureRead.of(one) for one in procedures_of(pack_of(here().country, today())).values()]
