"""An app of one's own on a phone, played with an OAuth client that is not ours, and the system browser beside it."""

import os
from urllib.parse import parse_qs, urlsplit

import requests
from django.conf import settings
from django.test import Client as HttpClient
from oauthlib.oauth2 import OAuth2Error
from requests_oauthlib import OAuth2Session

from idp import clock
from idp.agents.authentication import Authentication, Method
from idp.audit import events
from idp.login.flow.sign_in import Proved
from idp.native import codes
from idp.native.authorization import AuthorizationRequest
from idp.native.models import Client, ClientKind, RedirectUri
from idp.policies.access import conditions
from idp.policies.models import TimeoutPolicy
from tests.phone import NUMBER, Page
from tests.policies import publishing
from tests.user_agents import IPHONE

BASE_URL = settings.LATCHKEY.base_url
AUTHORIZE, TOKEN, REVOKE = f"{BASE_URL}/oauth/authorize", f"{BASE_URL}/api/v1/token", f"{BASE_URL}/oauth/revoke"
REDIRECT = "com.acme.phone:/signed-in"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636 appendix B
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
USER_AGENT = "AcmePhone/2.1 (iPhone; iOS 18.1)"
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # the client library wants https, and the tests' place has none


def a_client(client_id="acme-phone", redirects=(REDIRECT,), policy="enhanced", services=(), **fields):
    client = Client.objects.create(
        client_id=client_id,
        timeout_policy=TimeoutPolicy.objects.get(name=policy),
        **{"name": "Acme Phone", **fields},
    )
    RedirectUri.objects.bulk_create(RedirectUri(client=client, uri=uri) for uri in redirects)
    client.services.set(services)
    return client


def a_back_end(now, **fields):
    """A back end and its secret."""
    client = a_client("crm", (), kind=ClientKind.BACK_END, name="CRM")
    secret = client.new_secret()
    client.secret_made_at = now
    client.save()
    return client, secret


class OwnApp:
    """The app, and the browser of the phone it runs on."""

    def __init__(self, phone, client_id="acme-phone", redirect_uri=REDIRECT):
        self.phone, self.client_id, self.redirect_uri = phone, client_id, redirect_uri
        self.session = OAuth2Session(client_id, redirect_uri=redirect_uri, pkce="S256")
        self.session.trust_env = False
        self.session.headers["User-Agent"] = USER_AGENT
        self.token = {}

    def like(self, user_agent=IPHONE):
        """The same app on another phone."""
        return OwnApp(self.phone.like(user_agent), self.client_id, self.redirect_uri)

    def ask(self):
        """Open the system browser at the address that the library makes. Returns the page there."""
        address, self.state = self.session.authorization_url(AUTHORIZE)
        return self.phone.open(address)

    def give_code(self, page, number=NUMBER):
        """Type number and code, and return the address that the browser is sent to in the end."""
        before = self.phone.messages(number)
        page = self.phone.ask_code(page, number)
        form = page.form_with("code")
        data = dict(form.form_values()) | {"code": self.phone.code(number, after=before)}
        data.pop("again", None)
        return follow(self.phone, "POST", requests.compat.urljoin(page.url, form.action), data)

    def come_for(self, address):
        """Exchange the code in the address for a sign-in."""
        self.token = self.session.fetch_token(TOKEN, authorization_response=address, include_client_id=True)
        return self.token

    def sign_in(self, number=NUMBER):
        return self.come_for(self.give_code(self.ask(), number))

    def renew(self):
        """Go on by the refresh token that the library keeps."""
        self.token = self.session.refresh_token(TOKEN, client_id=self.client_id)
        return self.token

    def refused(self, act):
        """Return the error and its reason that an act ends in."""
        try:
            act()
        except OAuth2Error as error:
            return error.error
        return "nothing refused"

    def revoke(self):
        url, headers, body = self.session._client.prepare_token_revocation_request(REVOKE, self.token["refresh_token"])
        return requests.post(url, data=f"{body}&client_id={self.client_id}", headers=headers, timeout=30)

    def get(self, path):
        return self.session.get(f"{BASE_URL}/api/v1{path}")


def post(**form):
    """Ask the token address as a program of any make."""
    return requests.post(TOKEN, data=form, headers={"User-Agent": USER_AGENT}, timeout=30)


def follow(phone, method, address, data=None):
    """Follow redirects as a browser does, up to one that leaves for an app."""
    response = phone.http.request(method, address, data=data, allow_redirects=False, timeout=30)
    while response.is_redirect:
        address = requests.compat.urljoin(response.url, response.headers["Location"])
        if not address.startswith(BASE_URL):
            return address
        response = phone.http.get(address, allow_redirects=False, timeout=30)
    return Page(response)


def told(address):
    """Return what an address tells the app."""
    return {name: value for name, (value,) in parse_qs(urlsplit(address).query).items()}


def a_rule_against(platform):
    """An access rule that refuses one platform, whatever can be told of it."""
    return publishing.in_force(conditions.PlatformIs(frozenset({platform})), name="Not these")


def ask(user_agent=USER_AGENT, **form):
    """Ask the token address within the process."""
    return HttpClient().post("/api/v1/token", form, headers={"user-agent": user_agent})


def renew(token, client_id="acme-phone", **more):
    return ask(grant_type="refresh_token", refresh_token=token, client_id=client_id, **more)


def a_code(client, agent, redirect_uri=REDIRECT):
    """A code that a browser brought for an app, without the browser."""
    proved = Proved(agent, Authentication(agent.pk, None, Method.CODE, Method.CODE, clock.now()), events.last_line())
    return codes.make(client, AuthorizationRequest(redirect_uri, "a state", CHALLENGE), proved, clock.now())


def exchange(code, client_id="acme-phone", redirect_uri=REDIRECT, code_verifier=VERIFIER, **more):
    return ask(
        grant_type="authorization_code",
        code=code,
        client_id=client_id,
        redirect_uri=redirect_uri,
        code_verifier=code_verifier,
        **more,
    )


def an_app_signed_in(client, agent):
    """The refresh token of an app that an agent has just signed in to."""
    return exchange(a_code(client, agent), client.client_id).json()["refresh_token"]
