"""What the registry hears of other services."""

from services.registry.candidates.events import ApplicationChanged, ApplicationReceived, ProfileShown, ProspectDropped
from services.registry.candidates.use_cases import follow_candidate, keep_candidate, let_go, show_as_consented
from services.registry.degrees.events import DegreeObtained
from services.registry.degrees.use_cases import declare_degree
from services.registry.hires.events import HireDecided, HireDecidedWithoutPolicy, HireNumbered, HireNumberedWithoutPolicy, HireRevoked, HireRevokedWithoutPolicy
from services.registry.hires.use_cases import number_hire, place_hire, revoke_hire
from services.registry.holds.events import SettledByRotation, SettledByTraining
from services.registry.holds.use_cases import settle_hold
from services.registry.transfers.events import TransferDecided, TransferRevoked
from services.registry.transfers.use_cases import move_person, put_person_back
from shared.inbox import Consumer
from shared.persons import read_old_ids

consumer = Consumer("registry")
read_old_ids(consumer)
consumer.on(HireDecided, place_hire)
consumer.on(HireDecidedWithoutPolicy, place_hire)
consumer.on(HireNumbered, number_hire)
consumer.on(HireNumberedWithoutPolicy, number_hire)
consumer.on(HireRevoked, revoke_hire)
consumer.on(HireRevokedWithoutPolicy, revoke_hire)
consumer.on(TransferDecided, move_person)
consumer.on(TransferRevoked, put_person_back)
consumer.on(DegreeObtained, declare_degree)
consumer.on(SettledByTraining, settle_hold)
consumer.on(SettledByRotation, settle_hold)
consumer.on(ApplicationReceived, keep_candidate)
consumer.on(ApplicationChanged, follow_candidate)
consumer.on(ProspectDropped, let_go)
consumer.on(ProfileShown, show_as_consented)
