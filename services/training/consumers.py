"""What training hears of the others."""

from shared.directory import hear_directory
from shared.inbox import Consumer

consumer = Consumer("training")
hear_directory(consumer)
