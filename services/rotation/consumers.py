"""What rotation hears of the others."""

from services.rotation.missions.effects import EFFECTS
from services.rotation.missions.practice import hear_lost_licences
from services.rotation.missions.shortfalls import hear_shortfalls
from services.rotation.techniques.expected import hear_studies
from shared.decisions import hear_decisions
from shared.directory import hear_directory
from shared.inbox import Consumer
from shared.practice import hear_licences

consumer = Consumer("rotation")
hear_directory(consumer)
hear_decisions(consumer, "rotation", EFFECTS)
hear_licences(consumer)
hear_lost_licences(consumer)
hear_shortfalls(consumer)
hear_studies(consumer)
