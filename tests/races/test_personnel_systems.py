"""Personnel systems that write several people at once."""

from functools import partial

import pytest
from django.db import connections

from idp.agents.models import Agent, Department
from idp.audit.events import Origin
from idp.importing.people import Person
from idp.scim import users
from idp.scim.attributes import User
from idp.scim.models import PersonnelSystem
from idp.scim.users import Provisioner
from tests.conftest import NOW
from tests.races.concurrent import at_once


@pytest.mark.postgresql_only
def test_people_who_come_at_once_meet_in_the_department_that_is_new_with_them(transactional_db):
    by = Provisioner(PersonnelSystem.objects.create(name="Workday"), Origin(None, "", "A"), NOW)

    def adds(nth):
        person = Person(f"a{nth}@acme.example", "Ana", department=("Sales", "sales")[nth % 2])
        users.create(by, lambda *_: User(person))
        connections.close_all()

    at_once([partial(adds, nth) for nth in range(6)])
    assert Agent.objects.filter(department=Department.objects.get()).count() == 6
