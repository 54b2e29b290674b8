"""What rotation hears of the others."""

from shared.directory import hear_directory
from shared.inbox import Consumer

consumer = Consumer("rotation")
hear_directory(consumer)
