"""Appointment keeps the heads of the observatory's audit: nobody keeps their own."""

from typing import ClassVar

from shared.audit_keeping import KeptSeal, keep_seals
from shared.inbox import Consumer


class ObservatorySeal(KeptSeal):
    topic: ClassVar[str] = "relais.observatory.audit_seals"


def hear_seals(consumer: Consumer) -> None:
    consumer.replica(ObservatorySeal, keep_seals)
