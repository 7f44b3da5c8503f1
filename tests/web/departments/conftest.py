import pytest

from tests import tables
from tests.web.departments.place import Place, ana_ben_and_sue


@pytest.fixture
def place(operator, keys):
    tables.made_once(ana_ben_and_sue)
    return Place()
