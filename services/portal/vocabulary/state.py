"""How a state looks everywhere: one icon, one colour, one word."""

from dataclasses import dataclass


@dataclass(frozen=True)
class State:
    """`tone` is one of "", ink, good, warn, bad; colour alone says nothing, so the icon and the word come with it."""

    icon: str
    tone: str
    word: str
