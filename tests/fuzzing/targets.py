"""A function for each parser: it accepts any bytes, and only the parser's own error may result."""

from contextlib import suppress

from idp.errors import IdpError
from idp.importing.sheet import UnreadableFile
from idp.policies import user_agents
from idp.policies.editing import policy_file
from idp.policies.editing.policy_file import Misfit
from idp.saml.logout import request as logout_request
from idp.saml.requests import authn_request
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


TARGETS = {it.__name__: it for it in (saml_request, user_agent, people_file, policy)}
