"""What appointment hears of the others."""

from shared.directory import hear_directory
from shared.inbox import Consumer

consumer = Consumer("appointment")
hear_directory(consumer)
