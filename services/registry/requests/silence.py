"""Where the list of a country says so, silence accepts: a request whose delay passed without an answer is granted from the next day on."""

from sqlalchemy import and_, or_, select

from services.registry.procedures.catalogue import procedures_of
from services.registry.requests.models import IN_REVIEW, SUBMITTED, Request
from services.registry.requests.use_cases import accepted_by_silence
from services.registry.rules import PACKS
from shared.clock import today
from shared.db import worker_session

TASK = "task:silence-accepts"
BATCH = 200


async def accept_where_silence_does() -> None:
    """Daily, by the rules under which each request was asked (RP-01); what waits for the person's documents rests."""
    listed = [and_(Request.rule_pack == pack.id, Request.procedure.in_(codes)) for pack in PACKS.packs if (codes := _accepting(pack.id))]
    while listed:
        async with worker_session() as session:
            wanted = select(Request).where(Request.state.in_((SUBMITTED, IN_REVIEW)), Request.due_on < today(), or_(*listed)).order_by(Request.id).limit(BATCH)
            found = (await session.scalars(wanted.with_for_update(skip_locked=True))).all()
            for request in found:
                await accepted_by_silence(session, request, by=TASK)
        if len(found) < BATCH:
            return


def _accepting(pack_id: str) -> list[str]:
    pack = PACKS.pinned(pack_id)
    return [code for code, one in procedures_of(pack).items() if one.silence == "accepts"] if "REQ-CATALOGUE" in pack.rules else []
