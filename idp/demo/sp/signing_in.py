"""The SAML side of the demo SP: python3-saml asks, and python3-saml judges the answer."""

import base64
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from lxml import etree
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.authn_request import OneLogin_Saml2_Authn_Request
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from idp.demo.sp.flavours import Flavour

AUTHN_CONTEXT = "string(//*[local-name()='AuthnContextClassRef'])"
TIMEOUT = 10
MOST_REMEMBERED = 10_000


class NotAccepted(Exception):
    """The SP did not take a Response; the message says why, in python3-saml's words."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What the SP learned from an accepted Response."""

    flavour: str
    name_id: str
    name_id_format: str
    session_index: str
    authn_context: str
    relay_state: str | None
    attributes: dict[str, list[str]]


@dataclass(slots=True)
class ServiceProvider:
    """The demo SP's memory: where it lives, whom it asks, and which requests it waits for."""

    idp_url: str
    url: str = ""
    _waiting: "OrderedDict[str, None]" = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask_by_redirect(self, flavour: Flavour, relay_state: str, **wishes: bool) -> str:
        """Return the address to send the browser to, with the AuthnRequest in its query."""
        auth = OneLogin_Saml2_Auth(self._request(flavour), self._settings(flavour))
        address: str = auth.login(return_to=relay_state, **wishes)
        self._expect(auth.get_last_request_id())
        return address

    def ask_by_post(self, flavour: Flavour, **wishes: bool) -> tuple[str, str]:
        """Return the address to post to and the AuthnRequest in base64, not deflated."""
        settings = OneLogin_Saml2_Settings(self._settings(flavour))
        request = OneLogin_Saml2_Authn_Request(settings, **wishes)
        self._expect(request.get_id())
        return settings.get_idp_sso_url(), base64.b64encode(request.get_xml().encode()).decode()

    def take(self, flavour: Flavour, form: dict[str, str]) -> SignedIn:
        """Judge a Response. Raises NotAccepted."""
        auth = OneLogin_Saml2_Auth(self._request(flavour, form), self._settings(flavour))
        auth.process_response()
        if not auth.is_authenticated():
            raise NotAccepted(f"{', '.join(auth.get_errors())}: {auth.get_last_error_reason()}")
        if not self._answers(auth.get_last_response_in_response_to()):
            raise NotAccepted("this answers no request of ours, or one that was answered before")
        return SignedIn(
            flavour=flavour.slug,
            name_id=auth.get_nameid(),
            name_id_format=auth.get_nameid_format(),
            session_index=auth.get_session_index(),
            authn_context=str(etree.fromstring(auth.get_last_response_xml()).xpath(AUTHN_CONTEXT)),
            relay_state=form.get("RelayState"),
            attributes=auth.get_attributes(),
        )

    def _expect(self, request_id: str) -> None:
        with self._lock:
            self._waiting[request_id] = None
            while len(self._waiting) > MOST_REMEMBERED:
                self._waiting.popitem(last=False)

    def _answers(self, request_id: str | None) -> bool:
        with self._lock:
            if request_id is None or request_id not in self._waiting:
                return False
            del self._waiting[request_id]
            return True

    def _settings(self, flavour: Flavour) -> dict[str, Any]:
        """Read the IdP's metadata afresh, so that a new key counts at once."""
        with requests.Session() as http:
            http.trust_env = False
            metadata = http.get(f"{self.idp_url}/saml/metadata", timeout=TIMEOUT).text
        return flavour.settings(self.url, OneLogin_Saml2_IdPMetadataParser.parse(metadata)["idp"])

    def _request(self, flavour: Flavour, form: dict[str, str] | None = None) -> dict[str, Any]:
        return {
            "https": "off",
            "http_host": urlsplit(self.url).netloc,
            "script_name": flavour.acs_path,
            "get_data": {},
            "post_data": form or {},
            "query_string": flavour.acs_query.removeprefix("?"),
        }
