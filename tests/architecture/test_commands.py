"""Docs that can go stale are tested: a command that a page names exists, and so does every page that it links to."""

import re
from pathlib import Path

import pytest
import typer.main

from deploy.local.cli import app

ROOT = Path(__file__).parents[2]
PAGES = sorted(path for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("deploy/**/*.md"), *ROOT.glob("services/*/README.md"), *ROOT.glob("gateway/README.md")])
COMMANDS = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_and_link_of_a_page_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert set(re.findall(r"\./relais ([a-z][a-z-]*)", text)) <= COMMANDS
    links = [target.split("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text) if not target.startswith(("http:", "https:", "mailto:", "#"))]
    assert [target for target in links if not (page.parent / target).exists()] == []
