"""Docs that can go stale are tested: every setting is in docs/settings.md, with its default and its sentence."""

from pathlib import Path

from shared.settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def line(name: str) -> str:
    field = Settings.model_fields[name]
    default = field.default.get_secret_value() if hasattr(field.default, "get_secret_value") else field.default
    shown = "" if default in ("", None) else f"`{str(default).lower() if isinstance(default, bool) else default}`"
    return f"| `RELAIS_{name.upper()}` | {shown} | {field.description} |"


def test_every_setting_is_documented_as_it_is():
    table = [text for text in PAGE.read_text(encoding="utf-8").splitlines() if text.startswith("| `RELAIS_")]
    assert table == [line(name) for name in Settings.model_fields]
