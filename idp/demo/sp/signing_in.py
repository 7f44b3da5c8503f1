"""The SAML side of the demo SP. python3-saml makes the requests and validates the answers."""

import base64
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
import xmlsec
from lxml import etree
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.authn_request import OneLogin_Saml2_Authn_Request
from onelogin.saml2.errors import OneLogin_Saml2_Error
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from idp import clock
from idp.demo.sp import signing_out
from idp.demo.sp.flavours import RSA_SHA256, SHA256, Flavour
from idp.demo.sp.signing_out import NotAccepted, Unreadable
from idp.keys.certificates import KeyPair, make_saml_key

AUTHN_CONTEXT = "string(//*[local-name()='AuthnContextClassRef'])"
TIMEOUT = 10
MOST_REMEMBERED = 10_000


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
    encrypted: bool


@cache
def own_key() -> KeyPair:
    """Return the key pair of the service that has one. It is made at each start and never stored."""
    return make_saml_key("Rota", clock.now())


@dataclass(slots=True)
class ServiceProvider:
    """The state of the demo SP: its address, its IdP, and the requests that wait for a Response."""

    idp_url: str
    url: str = ""
    _waiting: "OrderedDict[str, None]" = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask_by_redirect(self, flavour: Flavour, relay_state: str, **wishes: bool) -> str:
        """Return the address for the browser, with the AuthnRequest in its query."""
        auth = self._auth(flavour, flavour.acs_path)
        address: str = auth.login(return_to=relay_state, **wishes)
        self._expect(auth.get_last_request_id())
        return address

    def ask_by_post(self, flavour: Flavour, **wishes: bool) -> tuple[str, str]:
        """Return the address to post to and the AuthnRequest in base64, not deflated."""
        settings = OneLogin_Saml2_Settings(self._settings(flavour))
        request = OneLogin_Saml2_Authn_Request(settings, **wishes)
        self._expect(request.get_id())
        xml = request.get_xml().encode()
        if flavour.has_key:
            key = own_key()
            algorithms = {"sign_algorithm": RSA_SHA256, "digest_algorithm": SHA256}
            xml = OneLogin_Saml2_Utils.add_sign(xml, key.private_key, key.certificate, **algorithms)
        return settings.get_idp_sso_url(), base64.b64encode(xml).decode()

    def take(self, flavour: Flavour, form: dict[str, str]) -> SignedIn:
        """Validate a Response. Raises NotAccepted."""
        auth = self._auth(flavour, flavour.acs_path, form=form)
        try:
            auth.process_response()
        except xmlsec.Error as error:
            raise NotAccepted(f"the Assertion cannot be decrypted: {error}") from error
        except (OneLogin_Saml2_Error, etree.XMLSyntaxError, ValueError) as error:
            raise Unreadable(f"the message cannot be read: {error}") from error
        if not auth.is_authenticated():
            raise NotAccepted(f"{', '.join(auth.get_errors())}: {auth.get_last_error_reason()}")
        answered = auth.get_last_response_in_response_to()
        if not (self._answers(answered) or (answered is None and flavour.unsolicited)):
            raise NotAccepted("this answers no request of ours, or one that was answered before")
        return SignedIn(
            flavour=flavour.slug,
            name_id=auth.get_nameid(),
            name_id_format=auth.get_nameid_format(),
            session_index=auth.get_session_index(),
            authn_context=str(etree.fromstring(auth.get_last_response_xml()).xpath(AUTHN_CONTEXT)),
            relay_state=form.get("RelayState"),
            attributes=auth.get_attributes(),
            encrypted=b"EncryptedAssertion" in base64.b64decode(form["SAMLResponse"]),
        )

    def sign_out(self, flavour: Flavour, known: SignedIn) -> str | None:
        """Return the address for the browser with a LogoutRequest; None if the IdP has no logout address."""
        auth = self._auth(flavour, flavour.slo_path)
        address = signing_out.ask(auth, known.name_id, known.name_id_format, known.session_index)
        if address is not None:
            self._expect(auth.get_last_request_id())
        return address

    def take_logout(self, flavour: Flavour, query: str) -> signing_out.Ended | None:
        """Validate a logout message. Returns what the IdP ended, or None for its response. Raises NotAccepted."""
        auth = self._auth(flavour, flavour.slo_path, query=query)
        ended = signing_out.take(auth, own_key().private_key)
        if ended is None and not self._answers(signing_out.answered(auth)):
            raise NotAccepted("this answers no logout of ours, or one that was answered before")
        return ended

    def metadata(self, flavour: Flavour) -> str:
        """Return the metadata of a service with a key."""
        settings = OneLogin_Saml2_Settings(flavour.settings(self.url, {}, own_key()), sp_validation_only=True)
        return _text(settings.get_sp_metadata())

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

    def _auth(
        self, flavour: Flavour, path: str, *, form: dict[str, str] | None = None, query: str = ""
    ) -> OneLogin_Saml2_Auth:
        request = {
            "https": "off",
            "http_host": urlsplit(self.url).netloc,
            "script_name": path,
            "get_data": dict(parse_qsl(query, keep_blank_values=True)),
            "post_data": form or {},
            "query_string": query or flavour.acs_query.removeprefix("?"),
            "validate_signature_from_qs": True,
        }
        return OneLogin_Saml2_Auth(request, self._settings(flavour))

    def _settings(self, flavour: Flavour) -> dict[str, Any]:
        """Return settings with the IdP's metadata of now, so that a new key counts at once. Raises RequestException."""
        with requests.Session() as http:
            http.trust_env = False
            answer = http.get(f"{self.idp_url}/saml/metadata", timeout=TIMEOUT)
        answer.raise_for_status()
        return flavour.settings(self.url, OneLogin_Saml2_IdPMetadataParser.parse(answer.text)["idp"], own_key())


def _text(metadata: str | bytes) -> str:
    return metadata if isinstance(metadata, str) else metadata.decode()
