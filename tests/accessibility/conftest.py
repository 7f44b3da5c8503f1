import pytest

from tests.accessibility import names


@pytest.fixture
def every_name_is_given():
    """Fail a test on whose pages a template names what the view does not give."""
    with names.missing() as found:
        yield
    assert found == set()
