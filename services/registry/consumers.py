"""What the registry hears of other services."""

from services.registry.hires.events import HireDecided
from services.registry.hires.use_cases import place_hire
from shared.inbox import Consumer

consumer = Consumer("registry")
consumer.on(HireDecided, place_hire)
