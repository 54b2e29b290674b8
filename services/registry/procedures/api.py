"""The catalogue over HTTP."""

from typing import Any

from pydantic import BaseModel

from services.registry.accounts.api import is_a_person
from services.registry.procedures.catalogue import Unit, procedures_of
from services.registry.rules import pack_of
from shared.auth import CallerDep, allows
from shared.clock import today
from shared.errors import problems
from shared.idempotency import Router

router = Router(prefix="/procedures", tags=["requests"])


class ProcedureRead(BaseModel):
    """What may be asked: within which delay, with which documents, and whose role decides."""

    code: str
    days: int
    unit: Unit
    documents: list[str]
    decides: str
    gives: str | None
    rule: dict[str, Any]


@router.get("", response_model=list[ProcedureRead], dependencies=[allows(is_a_person)], responses=problems(401, 403, 409))
async def list_procedures(caller: CallerDep) -> list[ProcedureRead]:
    """The procedures of the caller's country that are open today."""
    country = caller.scope[0].partition(".")[0] if caller.scope else "VN"
    return [
        ProcedureRead(code=one.code, days=one.days, unit=one.unit, documents=list(one.documents), decides=one.decides, gives=one.gives, rule=one.rule.told())
        for one in procedures_of(pack_of(country, today())).values()
    ]
