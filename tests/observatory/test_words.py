"""The texts of the service in the three languages."""

import pytest

from tests.support.words import faults


@pytest.mark.parametrize("language", ["fr", "vi"])
def test_every_text_is_translated(language: str) -> None:
    assert faults("observatory", language) == []
