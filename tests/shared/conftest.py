import pytest


@pytest.fixture
def service_name() -> str:
    """What every service does alike is tried on one of them."""
    return "recruitment"
