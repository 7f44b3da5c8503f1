"""A function for each parser: it accepts any bytes, and only the parser's own error may result."""

import json
from contextlib import suppress
from uuid import UUID

from idp.errors import IdpError
from idp.importing.people import Person
from idp.importing.reading import Rules
from idp.importing.sheet import UnreadableFile
from idp.policies import user_agents
from idp.policies.editing import policy_file
from idp.policies.editing.policy_file import Misfit
from idp.saml.logout import request as logout_request
from idp.saml.requests import authn_request
from idp.scim import attributes, body, patching, paths, querying, schemas
from idp.scim.attributes import User
from idp.scim.errors import ScimError
from tests.importing.files import plan
from tests.saml.messages import FORM, NOW, SKEW, SSO_URL, posted, receive_post, receive_redirect, trust


def saml_request(data):
    """Read an AuthnRequest or LogoutRequest as it came: the first octet says by which way."""
    way, data = data[:1], data[1:]
    with suppress(IdpError):
        if way == b"r":
            received = receive_redirect(data)
        elif way == b"p":
            received = receive_post(data, FORM)
        elif way == b"l":
            logout_request.parse(data)
            return
        else:
            received = posted(data)
        request = authn_request.parse(received.xml)
        authn_request.check(received, request, trust(), sso_url=SSO_URL, now=NOW, skew=SKEW)


def user_agent(data):
    """Read a User-Agent header: anything is a browser, if an unknown one, and says the same twice."""
    header, _, hints = data.decode("latin-1").partition("\n")
    read = user_agents.parse(header)
    assert read == user_agents.parse(header)
    user_agents.family(read)
    user_agents.is_mobile(user_agents.with_touch_points(read, len(hints) % 11))


def people_file(data):
    """Read a file of people and plan what it would do: each row is planned or a problem, or the file is refused."""
    with suppress(UnreadableFile):
        plan(data)


def policy(data):
    """Read a policy file, judge its cases, and write it: what was written reads as the same policy."""
    with suppress(Misfit):
        read = policy_file.read(data.decode("utf-8", "surrogateescape"))
        policy_file.failures(read)
        again = policy_file.read(policy_file.write(read.policy, [])).policy
        assert again.default == read.policy.default
        assert [it.conditions for it in again.rules] == [it.conditions for it in read.policy.rules]


def scim_body(data):
    """Do what a body of SCIM says: the first octet tells whether it searches, replaces or changes a person.

    Whoever sends back what came out changes nothing.
    """
    way, data = data[:1], data[1:]
    with suppress(ScimError):
        if way == b"s":
            querying.read(body.read(data, querying.SEARCH)).selection.of(_resource(ANA))
        elif way == b"p":
            _goes_back(patching.patched(ANA, body.read(data, patching.PATCH), RULES))
        else:
            _goes_back(attributes.whole(ANA, body.read(data, paths.USER), RULES))


ANA = User(Person("ana@acme.example", "Ana García", "+12015550101", "Support", ("agent", "wfo.team_leader")), "17")
RULES = Rules("US", lambda text: "@" in text)


def _goes_back(user):
    stored = attributes.checked(ANA, user, RULES)
    sent = json.dumps(_resource(stored)).encode()
    assert attributes.whole(stored, body.read(sent, paths.USER), RULES) == stored


def _resource(user):
    return schemas.user(user, UUID(int=1), NOW, "https://login.acme.example/scim/v2")


TARGETS = {it.__name__: it for it in (saml_request, user_agent, people_file, policy, scim_body)}
