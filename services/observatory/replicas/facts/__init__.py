"""Everything else that the other services tell: one fact for each thing they keep, whatever it is.

A figure counts facts of one topic, the timeline of a person lists those of the person, the situation of a place those of
the place. A new kind of thing is a model with its topic and the fields that a figure or a page uses, in the module of the
part of the work that tells it.
"""

import importlib
import pkgutil

from services.observatory.replicas.facts.fact import Fact


def told() -> tuple[type[Fact], ...]:
    """The facts of every module, those with a topic. Raises ValueError when two tell the same topic."""
    found: dict[str, type[Fact]] = {}
    for part in pkgutil.iter_modules(__path__):
        for one in vars(importlib.import_module(f"{__name__}.{part.name}")).values():
            if isinstance(one, type) and issubclass(one, Fact) and "topic" in vars(one) and found.setdefault(one.topic, one) is not one:
                raise ValueError(f"{one.topic} is heard in two ways.")
    return tuple(found.values())


FACTS = told()

__all__ = ["FACTS", "Fact"]
