"""What the registry hears of other services."""

from services.registry.hires.events import HireDecided
from services.registry.hires.use_cases import place_hire
from services.registry.holds.events import SettledByRotation, SettledByTraining
from services.registry.holds.use_cases import settle_hold
from shared.inbox import Consumer

consumer = Consumer("registry")
consumer.on(HireDecided, place_hire)
consumer.on(SettledByTraining, settle_hold)
consumer.on(SettledByRotation, settle_hold)
