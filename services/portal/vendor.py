"""Brings the three front-end packages into `static/vendor`, checked and reduced to what our templates use.

`python -m services.portal.vendor FOLDER` where FOLDER holds the unpacked npm packages `htmx.org`, `bootstrap` and
`bootstrap-icons` (`npm pack` and `tar` each of them). Run it again after a template uses a new class or icon.
"""

import hashlib
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
VENDOR = HERE / "static" / "vendor"

HTMX = ("htmx.org", "2.0.11", "0BSD", "dist/htmx.min.js")
BOOTSTRAP = ("bootstrap", "5.3.9", "MIT", "dist/css/bootstrap.min.css")
ICONS = ("bootstrap-icons", "1.13.2", "MIT", "icons")

AT_RULES_KEPT = ("@media", "@supports")
WORD = re.compile(r"[A-Za-z][\w-]*")
CLASS = re.compile(r"\.((?:\\.|[\w-])+)")
VARIABLE = re.compile(r"(--bs-[\w-]+)\s*:")
QUOTED = re.compile(r"""["']([a-z0-9]+(?:-[a-z0-9]+)*)["']""")
NOT_AN_ICON = frozenset(
    {"app", "at", "back", "border", "code", "columns", "cursor", "database", "file", "hospital", "key", "line", "link", "list", "person", "question", "server", "table", "type"}
)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def blocks(css: str) -> list[tuple[str, str]]:
    """Top-level `prelude { body }` pairs; a body may hold blocks itself."""
    found: list[tuple[str, str]] = []
    depth = start = 0
    prelude = ""
    for position, character in enumerate(css):
        if character == "{":
            if depth == 0:
                prelude, start = css[start:position].strip(), position + 1
            depth += 1
        elif character == "}":
            depth -= 1
            if depth == 0:
                found.append((prelude, css[start:position]))
                start = position + 1
        elif character == ";" and depth == 0:
            start = position + 1
    return found


def kept_selectors(prelude: str, words: set[str]) -> str:
    """The selectors of a rule whose every class stands in our templates; the dark theme is ours, not Bootstrap's."""
    selectors = (selector.strip() for selector in prelude.split(","))
    return ",".join(
        selector for selector in selectors
        if "data-bs-theme=dark" not in selector and all(name.replace("\\", "") in words for name in CLASS.findall(selector))
    )  # fmt: skip


def purge(css: str, words: set[str]) -> str:
    """The rules of a style sheet that our templates can reach."""
    kept: list[str] = []
    for prelude, body in blocks(css):
        if prelude.startswith("@"):
            inner = purge(body, words) if prelude.startswith(AT_RULES_KEPT) else ""
            if inner:
                kept.append(f"{prelude}{{{inner}}}")
        elif selectors := kept_selectors(prelude, words):
            kept.append(f"{selectors}{{{body}}}")
    return "".join(kept)


def drop_unused_variables(css: str) -> str:
    """Removes custom properties that nothing reads any more, until none is left to remove."""
    while True:
        read = set(re.findall(r"var\((--bs-[\w-]+)", css))
        unused = set(VARIABLE.findall(css)) - read
        if not unused:
            return re.sub(r"[^{}]+\{\}", "", css)
        for name in unused:
            css = re.sub(rf"{name}\s*:[^;}}]*;?", "", css)


def sources() -> list[Path]:
    """Everything that may name a class or an icon."""
    return [path for pattern in ("templates/**/*.html", "pages/*.py", "vocabulary/*.py", "*.py") for path in HERE.glob(pattern)]


def words_of_templates() -> set[str]:
    return {word for source in sources() for word in WORD.findall(source.read_text("utf-8"))}


def icons_of_templates(folder: Path) -> list[str]:
    """Icons are named by their quoted names, in templates and in the tables of states and navigation."""
    quoted = {name for source in sources() if source.name != Path(__file__).name for name in QUOTED.findall(source.read_text("utf-8"))}
    return sorted(name for name in quoted - NOT_AN_ICON if (folder / f"{name}.svg").exists())


def sprite(folder: Path, names: list[str]) -> str:
    symbols = []
    for name in names:
        drawing = (folder / f"{name}.svg").read_text("utf-8")
        inner = re.sub(r"\s+", " ", drawing[drawing.index(">") + 1 : drawing.rindex("</svg>")]).strip()
        symbols.append(f'<symbol id="{name}" viewBox="0 0 16 16">{inner}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">' + "".join(symbols) + "</svg>\n"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def bring(folder: Path) -> None:
    htmx = (folder / HTMX[0] / HTMX[3]).read_bytes()
    bootstrap = (folder / BOOTSTRAP[0] / BOOTSTRAP[3]).read_bytes()
    icons = icons_of_templates(folder / ICONS[0] / ICONS[3])
    produced = {
        "htmx.min.js": htmx,
        "bootstrap.css": (
            "/* Bootstrap 5.3.9, MIT, reduced by services/portal/vendor.py */\n" + drop_unused_variables(purge(COMMENT.sub("", bootstrap.decode()), words_of_templates())) + "\n"
        ).encode(),
        "icons.svg": sprite(folder / ICONS[0] / ICONS[3], icons).encode(),
    }
    for name, content in produced.items():
        (VENDOR / name).write_bytes(content)
    lines = [
        "# Vendored front-end parts",
        "",
        "Written by `services/portal/vendor.py`; do not edit the files by hand.",
        "",
        "| File | Package | Licence | SHA-256 of the package's file | SHA-256 of our file |",
        "|---|---|---|---|---|",
        f"| `htmx.min.js` | {HTMX[0]} {HTMX[1]}, unchanged | {HTMX[2]} | `{sha256(htmx)}` | `{sha256(produced['htmx.min.js'])}` |",
        f"| `bootstrap.css` | {BOOTSTRAP[0]} {BOOTSTRAP[1]}, `{BOOTSTRAP[3]}` reduced to the classes our templates use, without its JavaScript | {BOOTSTRAP[2]} | `{sha256(bootstrap)}` | `{sha256(produced['bootstrap.css'])}` |",
        f"| `icons.svg` | {ICONS[0]} {ICONS[1]}, {len(icons)} of its icons in one sprite | {ICONS[2]} | – | `{sha256(produced['icons.svg'])}` |",
        "",
    ]
    (VENDOR / "VENDORED.md").write_text("\n".join(lines), "utf-8")


if __name__ == "__main__":
    bring(Path(sys.argv[1]))
