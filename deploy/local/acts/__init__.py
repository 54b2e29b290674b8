"""What the people of a story can do: one module for each part of their work.

A module has `ACTS` (an act's name → where it goes and the body made of the line's columns), `MAKES` (the kind of thing
that an act makes, by which later lines find it) and, when its things may exist before the story's acts, `FINDERS`.
"""

import importlib
import pkgutil

from deploy.local.acts.line import Act, Finder, Line

ACTS: dict[str, Act] = {}
MAKES: dict[str, str] = {}
FINDERS: dict[str, Finder] = {}

for _found in pkgutil.iter_modules(__path__):
    _module = importlib.import_module(f"{__name__}.{_found.name}")
    _acts: dict[str, Act] = getattr(_module, "ACTS", {})
    if _twice := ACTS.keys() & _acts.keys():
        raise ValueError(f"Two parts call an act {', '.join(sorted(_twice))}.")
    ACTS |= _acts
    MAKES |= getattr(_module, "MAKES", {})
    FINDERS |= getattr(_module, "FINDERS", {})

__all__ = ["ACTS", "FINDERS", "MAKES", "Line"]
