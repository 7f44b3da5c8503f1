"""A service receives the attributes of its release list, and those that it received before."""

import pytest

from idp.agents.models import Department
from idp.policies.models import TimeoutPolicy
from idp.saml.attributes.attribute import Attribute
from idp.saml.attributes.release_list import Release, Source
from idp.saml.errors import UnreleasableAttribute
from idp.saml.models import ReleasedAttribute, SentAttribute, ServiceProvider
from idp.saml.responses import released
from tests.conftest import an_agent


def a_service(slug="one", profile="flex-enhanced", **lines):
    policy = TimeoutPolicy.objects.get(name="enhanced")
    sp = ServiceProvider.objects.create(slug=slug, name=slug, entity_id=slug, profile=profile, timeout_policy=policy)
    for name, fixed in lines.items():
        ReleasedAttribute.objects.create(service_provider=sp, name=name, source="fixed", fixed=fixed)
    return sp


def send(sp, agent):
    sent = released.for_agent(sp, agent, "ann7")
    released.record(sp, agent, sent)
    return sent


def names_of(sent):
    return [it.name for it in sent.attributes]


def test_an_agent_without_department_or_number_has_empty_ones(agent):
    agent.numbers.all().delete()
    facts = released.person_of(agent, "ann7", (Release("d", Source.DEPARTMENT), Release("p", Source.PHONE)))
    assert (facts.department, facts.phone) == ("", "")


def test_number_and_department_are_read_only_if_they_are_released(agent, django_assert_num_queries):
    agent.department = Department.objects.create(name="Sales")
    agent.save()
    assert agent.role_names == ("agent",)
    with django_assert_num_queries(1):  # the roles
        nothing = released.person_of(agent, "ann7", ())
    person = released.person_of(agent, "ann7", (Release("d", Source.DEPARTMENT), Release("p", Source.PHONE)))
    assert (nothing.department, nothing.phone) == ("", "")
    assert (person.department, person.phone) == ("Sales", "+12015550101")


def test_attributes_sent_to_flex_are_recorded_once_for_each_agent(agent):
    sp = a_service(location="Berlin")
    assert send(sp, agent).new == ("roles", "full_name", "email", "location")
    assert send(sp, agent).new == ()
    assert SentAttribute.objects.filter(agent=agent, service_provider=sp).count() == 4


def test_two_sign_ins_at_once_record_a_sent_attribute_once(agent):
    sp = a_service(location="Berlin")
    first, second = (released.for_agent(sp, agent, "ann7") for _ in range(2))
    released.record(sp, agent, first)
    released.record(sp, agent, second)
    assert SentAttribute.objects.filter(name="location").count() == 1


def test_a_removed_attribute_is_sent_empty_for_agents_who_had_it(agent):
    sp, ben = a_service(location="Berlin"), an_agent("+12015550102", "ben@acme.example")
    send(sp, agent)
    sp.released.all().delete()
    assert Attribute("location", ("",)) in send(sp, agent).attributes
    assert "location" not in names_of(send(sp, ben))


def test_attributes_sent_to_one_service_clear_nothing_at_another(agent):
    one, two = a_service("one", location="Berlin"), a_service("two", "flex-legacy")
    send(one, agent)
    assert names_of(send(two, agent)) == ["roles", "full_name", "email"]


def test_a_generic_service_receives_its_list_and_nothing_is_recorded(agent):
    sp = a_service(profile="generic", location="Berlin")
    assert send(sp, agent).attributes == (Attribute("location", ("Berlin",)),)
    assert not SentAttribute.objects.exists()


def test_attributes_are_sent_in_the_order_of_the_list(agent):
    sp = a_service(profile="generic")
    for position, name in enumerate("cab"):
        ReleasedAttribute.objects.create(service_provider=sp, name=name, source="email", position=3 - position)
    assert names_of(send(sp, agent)) == ["b", "a", "c"]


@pytest.mark.parametrize("name", ["age.int", "ok.boolean", "many.intarray"])
def test_a_value_against_its_type_is_refused_by_the_name_of_the_attribute(agent, name):
    sp = a_service(location="Berlin", **{name: "five"})
    with pytest.raises(UnreleasableAttribute, match=name):
        send(sp, agent)
    assert not SentAttribute.objects.exists()
