"""What a service is told about an agent: by its list, and by what it was told before."""

import pytest

from idp.agents.models import Department
from idp.policies.models import TimeoutPolicy
from idp.saml.errors import UnreleasableAttribute
from idp.saml.models import ReleasedAttribute, SentAttribute, ServiceProvider
from idp.saml.responses import released
from idp.saml.responses.assertion import Attribute
from idp.saml.responses.attributes import Release, Source
from tests.conftest import an_agent


def a_service(slug="one", profile="flex-enhanced", **lines):
    policy = TimeoutPolicy.objects.get(name="enhanced")
    sp = ServiceProvider.objects.create(slug=slug, name=slug, entity_id=slug, profile=profile, timeout_policy=policy)
    for name, fixed in lines.items():
        ReleasedAttribute.objects.create(service_provider=sp, name=name, source="fixed", fixed=fixed)
    return sp


def tell(sp, agent):
    told = released.told(sp, agent, "ann7")
    released.keep(sp, agent, told)
    return told


def names_of(told):
    return [it.name for it in told.attributes]


def test_an_agent_without_department_or_number_has_empty_ones(agent):
    agent.numbers.all().delete()
    facts = released.person_of(agent, "ann7", (Release("d", Source.DEPARTMENT), Release("p", Source.PHONE)))
    assert (facts.department, facts.phone) == ("", "")


def test_number_and_department_are_read_only_where_they_are_told(agent, django_assert_num_queries):
    agent.department = Department.objects.create(name="Sales")
    agent.save()
    assert agent.role_names == ("agent",)
    with django_assert_num_queries(1):  # the roles
        nothing = released.person_of(agent, "ann7", ())
    told = released.person_of(agent, "ann7", (Release("d", Source.DEPARTMENT), Release("p", Source.PHONE)))
    assert (nothing.department, nothing.phone) == ("", "")
    assert (told.department, told.phone) == ("Sales", "+12015550101")


def test_flexs_names_are_remembered_for_each_agent_once(agent):
    sp = a_service(location="Berlin")
    assert tell(sp, agent).new == ("roles", "full_name", "email", "location")
    assert tell(sp, agent).new == ()
    assert SentAttribute.objects.filter(agent=agent, service_provider=sp).count() == 4


def test_what_two_sign_ins_remember_at_once_is_kept_once(agent):
    sp = a_service(location="Berlin")
    first, second = (released.told(sp, agent, "ann7") for _ in range(2))
    released.keep(sp, agent, first)
    released.keep(sp, agent, second)
    assert SentAttribute.objects.filter(name="location").count() == 1


def test_a_name_goes_on_empty_for_those_who_had_it(agent):
    sp, ben = a_service(location="Berlin"), an_agent("+12015550102", "ben@acme.example")
    tell(sp, agent)
    sp.released.all().delete()
    assert Attribute("location", ("",)) in tell(sp, agent).attributes
    assert "location" not in names_of(tell(sp, ben))


def test_what_one_connection_was_told_clears_nothing_at_another(agent):
    one, two = a_service("one", location="Berlin"), a_service("two", "flex-legacy")
    tell(one, agent)
    assert names_of(tell(two, agent)) == ["roles", "full_name", "email"]


def test_an_app_of_another_kind_is_told_its_list_and_nothing_is_remembered(agent):
    sp = a_service(profile="generic", location="Berlin")
    assert tell(sp, agent).attributes == (Attribute("location", ("Berlin",)),)
    assert not SentAttribute.objects.exists()


def test_lines_are_told_in_their_order(agent):
    sp = a_service(profile="generic")
    for position, name in enumerate("cab"):
        ReleasedAttribute.objects.create(service_provider=sp, name=name, source="email", position=3 - position)
    assert names_of(tell(sp, agent)) == ["b", "a", "c"]


@pytest.mark.parametrize("name", ["age.int", "ok.boolean", "many.intarray"])
def test_a_value_that_its_type_does_not_allow_tells_nothing_and_names_the_attribute(agent, name):
    sp = a_service(location="Berlin", **{name: "five"})
    with pytest.raises(UnreleasableAttribute, match=name):
        tell(sp, agent)
    assert not SentAttribute.objects.exists()
