"""The runbooks of the repository as pages: operations read them where they see what is wrong."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "runbooks"


@dataclass(frozen=True)
class Runbook:
    """`body` is without its title: the page has its own."""

    name: str
    title: str
    body: Markup


@cache
def runbooks() -> tuple[Runbook, ...]:
    """All of them, by title."""
    return tuple(sorted((_read(path) for path in FOLDER.glob("*.md")), key=lambda found: found.title))


def runbook(name: str) -> Runbook | None:
    return next((found for found in runbooks() if found.name == name), None)


def _read(path: Path) -> Runbook:
    """CommonMark without raw HTML; a link to another runbook leads to its page."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(path.read_text(encoding="utf-8"))
    heading, title, _end, *body = tokens
    if heading.tag != "h1":
        raise ValueError(f"{path.name} does not begin with its title.")
    for token in body:
        for inner in token.children or ():
            _lead_to_pages(inner)
    return Runbook(path.stem, title.content, Markup(markdown.renderer.render(body, markdown.options, {})))  # noqa: S704 - our own files, and raw HTML is off


def _lead_to_pages(token: Token) -> None:
    target = str(token.attrs.get("href", ""))
    if token.type == "link_open" and target.endswith(".md") and "/" not in target:
        token.attrs["href"] = f"/operations/runbooks/{target.removesuffix('.md')}"
