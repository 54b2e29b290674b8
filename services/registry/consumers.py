"""What the registry hears of other services."""

from services.registry.degrees.events import DegreeObtained
from services.registry.degrees.use_cases import declare_degree
from services.registry.hires.events import HireDecided, HireNumbered, HireRevoked
from services.registry.hires.use_cases import number_hire, place_hire, revoke_hire
from services.registry.holds.events import SettledByRotation, SettledByTraining
from services.registry.holds.use_cases import settle_hold
from services.registry.transfers.events import TransferDecided, TransferRevoked
from services.registry.transfers.use_cases import move_person, put_person_back
from shared.inbox import Consumer

consumer = Consumer("registry")
consumer.on(HireDecided, place_hire)
consumer.on(HireNumbered, number_hire)
consumer.on(HireRevoked, revoke_hire)
consumer.on(TransferDecided, move_person)
consumer.on(TransferRevoked, put_person_back)
consumer.on(DegreeObtained, declare_degree)
consumer.on(SettledByTraining, settle_hold)
consumer.on(SettledByRotation, settle_hold)
