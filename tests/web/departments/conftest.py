import pytest

from tests.web.departments.place import Place


@pytest.fixture
def place(operator, keys):
    return Place()
