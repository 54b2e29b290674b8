"""The observatory keeps the heads of the others' audits: what was told first stays, whatever is told later."""

from typing import Any

from services.observatory.consumers import consumer
from shared.audit_keeping import kept_heads
from shared.db import worker_session
from shared.ids import uuid7
from tests.support.hearing import hear, message


def seal(number: int, head: str, *, service: str = "recruitment", incarnation: int = 7) -> Any:
    body = {
        "id": str(uuid7()),
        "number": number,
        "incarnation": incarnation,
        "sealed_at": "2025-10-01T01:00:00Z",
        "first_record": number * 10,
        "last_record": number * 10 + 9,
        "records": 10,
        "settled_to": number * 10 + 9,
        "root": "00",
        "previous": "00",
        "head": head * 32,
        "key_id": "0123",
        "public_key": "11" * 32,
        "signature": "22" * 64,
    }
    return message(f"relais.{service}.audit_seals", f"{service}.audit.sealed.v1", body)


class TestKeepingSeals:
    async def test_every_head_of_a_service_is_kept(self, rolled_back: None) -> None:
        taken = await hear(consumer, seal(1, "aa"), seal(2, "bb"), seal(1, "cc", service="registry"))
        assert (taken.dead, taken.parked) == (0, 0)
        async with worker_session() as session:
            kept = await kept_heads(session, "recruitment")
        assert [(head.number, head.head.hex()[:2], head.first_record) for head in kept] == [(1, "aa", 10), (2, "bb", 20)]

    async def test_another_head_told_later_for_the_same_seal_counts_for_nothing(self, rolled_back: None) -> None:
        await hear(consumer, seal(1, "aa"))
        await hear(consumer, seal(1, "ff"), seal(1, "ee", incarnation=8))
        async with worker_session() as session:
            assert [head.head.hex()[:2] for head in await kept_heads(session, "recruitment")] == ["aa"]

    async def test_a_rebuild_forgets_no_head(self, rolled_back: None) -> None:
        assert "kept_seals" not in consumer.derived_tables
