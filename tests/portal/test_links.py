"""Every link and every form of the portal leads to a page that exists, with the method that it is sent by."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import nodes
from starlette.routing import Route

from services.portal import drawing
from services.portal.navigation import GROUPS
from services.portal.pages import all_pages

PORTAL = Path(drawing.__file__).parent
ANY = "\0"
"""Stands for what is only known when the page is drawn."""
NOT_PAGES = ("/api/", "/static/", "/docs", "/health")
"""Answered by the gateway, or files."""
ADDRESS = re.compile(r"/[a-z][^\s\"']*")
TAG = re.compile(r"<(?:a|form|button|details|div)\b[^>]*>", re.DOTALL)
LINK = re.compile(r"\s(href|action|formaction|hx-get|hx-post)=\"(/[^\"]*)\"")


def routes() -> list[tuple[list[str], set[str]]]:
    return [(route.path.strip("/").split("/"), set(route.methods or ())) for route in all_pages() if isinstance(route, Route)]


ROUTES = routes()


def leads_somewhere(address: str, method: str = "") -> bool:
    """Whether a page is there. A word that stands in the address must be a word of the route, or a value that the route takes other than an identifier."""
    path = re.split(r"[?#]", address)[0].strip("/")
    if not path:
        return True
    parts = path.split("/")
    return any(
        (not method or method in methods) and len(parts) == len(route) and all(fits(part, of_route) for part, of_route in zip(parts, route, strict=True))
        for route, methods in ROUTES
    )


def fits(part: str, of_route: str) -> bool:
    if ANY in part:
        return of_route.startswith("{") or re.fullmatch(re.escape(part).replace(re.escape(ANY), ".*"), of_route) is not None
    if of_route.startswith("{"):
        return of_route != "{id}" or not re.fullmatch("[a-z-]+", part)
    return part == of_route


# ---- What the templates say ---------------------------------------------------------------------------------------


def said(node: nodes.Node) -> str:
    """A piece of a template as text; what is computed is any text."""
    if isinstance(node, nodes.TemplateData):
        return str(node.data)
    if isinstance(node, nodes.Const):
        return node.value if isinstance(node.value, str) else ANY
    if isinstance(node, nodes.Concat):
        return "".join(said(one) for one in node.nodes)
    if isinstance(node, nodes.Output):
        return "".join(said(one) for one in node.nodes)
    if isinstance(node, (nodes.If, nodes.For, nodes.CallBlock, nodes.Macro, nodes.Block, nodes.FilterBlock, nodes.With, nodes.Template)):
        return "".join(said(one) for part in (node.body, getattr(node, "elif_", []), getattr(node, "else_", [])) for one in part)
    return ANY if isinstance(node, nodes.Expr) else ""


def spoken(node: nodes.Node) -> Iterator[str]:
    """Addresses inside expressions: breadcrumbs, arguments of macros."""
    if isinstance(node, (nodes.Const, nodes.Concat)):
        text = said(node)
        if ADDRESS.match(text) and not text.endswith("/"):  # the beginning of an address: what follows is computed
            yield text
        return
    for child in node.iter_child_nodes():
        yield from spoken(child)


def template_links(path: Path) -> Iterator[tuple[str, str]]:
    tree = drawing.environment().parse(path.read_text())
    html = said(tree)
    for tag in TAG.findall(html):
        for attribute, address in LINK.findall(tag):
            posts = attribute == "hx-post" or (attribute == "action" and 'method="post"' in tag) or attribute == "formaction"
            yield address, "POST" if posts else "GET"
    for address in spoken(tree):
        yield address, ""


# ---- What the code says -------------------------------------------------------------------------------------------


def code_links(path: Path) -> Iterator[str]:
    """Addresses written in code: where a page goes after an act, places of the navigation, pages of what was decided."""
    tree = ast.parse(path.read_text())
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        text = ""
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else ANY for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            text = re.sub(r"\{\w+\}", ANY, node.value)
        if ADDRESS.fullmatch(text) and not text.endswith("/") and not text.startswith(NOT_PAGES):
            yield text


TEMPLATES = sorted((PORTAL / "templates").rglob("*.html"))
CODE = sorted([*PORTAL.glob("pages/*.py"), PORTAL / "careers.py", PORTAL / "figures.py", PORTAL / "maps.py", PORTAL / "timeline.py"])


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(PORTAL)))
def test_links_of_a_template(path: Path) -> None:
    lost = {address.replace(ANY, "…") for address, method in template_links(path) if not address.startswith(NOT_PAGES) and not leads_somewhere(address, method)}
    assert not lost


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.name)
def test_addresses_of_the_code(path: Path) -> None:
    assert not {address.replace(ANY, "…") for address in code_links(path) if not leads_somewhere(address)}


def test_the_links_are_found() -> None:
    """A collector that finds nothing would be content with everything."""
    found = [link for path in TEMPLATES for link in template_links(path)]
    assert len({address for address, method in found if method == "GET"}) > 100
    assert len({address for address, method in found if method == "POST"}) > 80
    assert len({address for path in CODE for address in code_links(path)}) > 100
    assert not leads_somewhere("/nowhere")
    assert not leads_somewhere("/studies/nwe")
    assert not leads_somewhere(f"/pay-steps/{ANY}", "POST")


def test_places_of_the_navigation() -> None:
    """A place is a page; what else it holds is the beginning of pages."""
    places = [place for group in GROUPS for place in group.places]
    assert not [place.path for place in places if not leads_somewhere(place.path, "GET")]
    assert not [
        start for place in places for start in place.also if not any("/".join(["", *route]).startswith(start + "/") or "/".join(["", *route]) == start for route, _ in ROUTES)
    ]
