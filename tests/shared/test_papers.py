"""What stands over an official paper follows the country of whoever issues it, in the reader's language."""

import orjson
import pytest

from shared.exports.files import TEMPLATE
from shared.i18n import current_language
from shared.papers import compiled, letterhead
from tests.support.pdf import text_of


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


@pytest.mark.parametrize(("name", "is_archived"), [("Nguyễn Thị Hoa", True), ("فاطمة", True), ("陳美玲", False), ("Hoa \U0001f600", False), ("a\x01b", False)])
def test_a_name_in_any_script_is_printed(name: str, is_archived: bool) -> None:
    """PDF/A where a font here has every sign; else an ordinary PDF, and never an error."""
    data = {"lang": "fr", "title": name, "lines": [], "columns": [["Nom", "text"]], "rows": [[name], ["Trần Văn Ánh"]], "page": "page"}
    pdf = compiled(TEMPLATE, {"data": orjson.dumps(data).decode()})
    assert "Trần Văn Ánh" in text_of(pdf)
    assert (b"pdfaid" in pdf) is is_archived
