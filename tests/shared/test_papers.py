"""What stands over an official paper follows the country of whoever issues it, in the reader's language."""

import pytest

from shared.i18n import current_language
from shared.papers import letterhead


@pytest.mark.parametrize(
    ("path", "language", "place", "state", "motto"),
    [
        ("VN.VN-22.VN-22-BVT", "vi", "beside", "Cộng hòa xã hội chủ nghĩa Việt Nam", "Độc lập - Tự do - Hạnh phúc"),
        ("FR.FR-84", "fr", "above", "République française", "Liberté – Égalité – Fraternité"),
        ("MA.MA-03", "en", "above", "Kingdom of Morocco", None),
        ("XX.XX-1", "fr", "beside", None, None),
    ],
)
def test_letterhead(path: str, language: str, place: str, state: str | None, motto: str | None) -> None:
    token = current_language.set(language)
    try:
        assert letterhead(path) == {"head": place, "state": state, "motto": motto}
    finally:
        current_language.reset(token)
