"""The pages, one module for each part of people's work; each has `pages = Pages()`."""

import importlib
import pkgutil

from starlette.routing import Route


def all_pages() -> list[Route]:
    modules = [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
    return [route for module in modules for route in module.pages.routes]
