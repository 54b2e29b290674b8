"""What a story promises, looked at from outside."""

import pytest

pytest.register_assert_rewrite("tests.stories.changing")
