"""The heads of the others' audits, which the observatory keeps: its own are kept by appointment."""

from typing import ClassVar

from shared.audit_keeping import KeptSeal


class RegistrySeal(KeptSeal):
    topic: ClassVar[str] = "relais.registry.audit_seals"


class RecruitmentSeal(KeptSeal):
    topic: ClassVar[str] = "relais.recruitment.audit_seals"


class TrainingSeal(KeptSeal):
    topic: ClassVar[str] = "relais.training.audit_seals"


class AppointmentSeal(KeptSeal):
    topic: ClassVar[str] = "relais.appointment.audit_seals"


class RotationSeal(KeptSeal):
    topic: ClassVar[str] = "relais.rotation.audit_seals"


SEALS: tuple[type[KeptSeal], ...] = (RegistrySeal, RecruitmentSeal, TrainingSeal, AppointmentSeal, RotationSeal)
