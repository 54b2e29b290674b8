"""What training hears of the others."""

from services.training.sponsorships.decisions import EFFECTS as SPONSORSHIP_EFFECTS
from services.training.sponsorships.replicas import hear_needs_and_probations
from services.training.stays.decisions import EFFECTS as STAY_EFFECTS
from shared.decisions import hear_decisions
from shared.directory import hear_directory
from shared.inbox import Consumer
from shared.practice import hear_licences

consumer = Consumer("training")
hear_directory(consumer)
hear_licences(consumer)
hear_needs_and_probations(consumer)
hear_decisions(consumer, "training", {"stay": STAY_EFFECTS, "sponsorship": SPONSORSHIP_EFFECTS})
