"""Words of one part of the work each: modules with `STATES` (code → State) and `LABELS` (kind of code → code → word).

A code has one word in the whole portal: two parts that say it differently stop the portal at its start.
"""

import importlib
import pkgutil

from services.portal.vocabulary.state import State


def merge(states: dict[str, State], labels: dict[str, dict[str, str]]) -> None:
    """Add the words of every part to those that all parts share."""
    for found in pkgutil.iter_modules(__path__):
        part = importlib.import_module(f"{__name__}.{found.name}")
        for code, state in getattr(part, "STATES", {}).items():
            if states.setdefault(code, state) != state:
                raise ValueError(f"The state {code} is said in two ways.")
        for kind, words in getattr(part, "LABELS", {}).items():
            known = labels.setdefault(kind, {})
            for code, word in words.items():
                if known.setdefault(code, word) != word:
                    raise ValueError(f"The {kind} {code} is said in two ways.")
