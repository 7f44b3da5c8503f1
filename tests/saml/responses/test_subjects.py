"""Names of agents at service providers: one for all Flex connections, one for each other service, or one for now."""

import pytest

from idp.policies.models import TimeoutPolicy
from idp.saml import names
from idp.saml.errors import AnswerWithStatus
from idp.saml.models import ServiceProvider
from idp.saml.requests.pending import PendingRequest
from idp.saml.responses.subjects import known_of, subject_of


def a_service(slug, profile="generic"):
    policy = TimeoutPolicy.objects.get(name="legacy")
    return ServiceProvider.objects.create(slug=slug, name=slug, entity_id=slug, profile=profile, timeout_policy=policy)


def asking_for(name_id_format=None, *, allow_create=True):
    return PendingRequest("_1", "https://sp.example/acs", None, None, None, name_id_format, allow_create)


def named(agent, service, asked):
    return subject_of(agent, service, asked, known_of(agent, service, asked))


def test_every_flex_connection_knows_an_agent_by_the_same_name(agent):
    one, two = a_service("one", "flex-enhanced"), a_service("two", "flex-legacy")
    assert named(agent, one, asking_for()) == named(agent, two, asking_for(names.EMAIL_ADDRESS))


def test_a_persistent_name_is_the_same_twice_and_another_elsewhere(agent):
    one, two = a_service("one"), a_service("two")
    first = named(agent, one, asking_for(names.PERSISTENT))
    assert named(agent, one, asking_for()) == first
    assert named(agent, two, asking_for()).name_id != first.name_id
    assert first.name_id_format == names.PERSISTENT


def test_a_transient_name_never_comes_again(agent):
    service = a_service("one")
    given = {named(agent, service, asking_for(names.TRANSIENT)).name_id for _ in range(20)}
    assert len(given) == 20


def test_a_name_is_not_made_where_the_request_forbids_it(agent):
    service, forbids = a_service("one"), asking_for(names.PERSISTENT, allow_create=False)
    with pytest.raises(AnswerWithStatus) as told:
        named(agent, service, forbids)
    assert told.value.saml_status.second == names.INVALID_NAME_ID_POLICY
    made = named(agent, service, asking_for())
    assert named(agent, service, forbids) == made


def test_a_name_is_not_given_in_a_format_that_an_operator_has_stopped_giving_since_the_request(agent):
    service = a_service("one")  # which was asked for this format when it was still chosen for it
    with pytest.raises(AnswerWithStatus) as told:
        named(agent, service, asking_for(names.EMAIL_ADDRESS))
    assert told.value.saml_status.second == names.INVALID_NAME_ID_POLICY
