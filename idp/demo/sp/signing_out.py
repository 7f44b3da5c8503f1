"""Single logout at the demo SP, with the Redirect binding, the only one that python3-saml supports (Bindings 3.4)."""

import zlib
from dataclasses import dataclass

from lxml import etree
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.errors import OneLogin_Saml2_Error
from onelogin.saml2.logout_request import OneLogin_Saml2_Logout_Request


class NotAccepted(Exception):
    """The SP rejected a message. The text says why, in python3-saml's words."""

    status = "403 Forbidden"


class Unreadable(NotAccepted):
    """What came is no message at all."""

    status = "400 Bad Request"


@dataclass(frozen=True, slots=True)
class Ended:
    """Whose sessions the IdP ended (all of them if it names none), and the address for our response."""

    name_id: str
    session_indexes: tuple[str, ...]
    go_on: str

    def covers(self, name_id: str, session_index: str) -> bool:
        """Whether this session is among those that ended."""
        return name_id == self.name_id and session_index in (self.session_indexes or (session_index,))


def ask(auth: OneLogin_Saml2_Auth, name_id: str, name_id_format: str, session_index: str) -> str | None:
    """Return the address that ends a session at the IdP, or None if the IdP publishes none."""
    if auth.get_slo_url() is None:
        return None
    address: str = auth.logout(
        return_to="signed-out", name_id=name_id, name_id_format=name_id_format, session_index=session_index
    )
    return address


def take(auth: OneLogin_Saml2_Auth, private_key: str) -> Ended | None:
    """Validate a LogoutRequest, or a LogoutResponse and return None. Raises NotAccepted."""
    try:
        go_on = auth.process_slo(keep_local_session=True)
    except (OneLogin_Saml2_Error, etree.XMLSyntaxError, zlib.error, ValueError) as error:
        raise Unreadable(f"the message cannot be read: {error}") from error
    if auth.get_errors():
        raise NotAccepted(f"{', '.join(auth.get_errors())}: {auth.get_last_error_reason()}")
    request_xml = auth.get_last_request_xml()
    if request_xml is None:
        return None
    return Ended(
        name_id=OneLogin_Saml2_Logout_Request.get_nameid(request_xml, private_key),
        session_indexes=tuple(OneLogin_Saml2_Logout_Request.get_session_indexes(request_xml)),
        go_on=go_on,
    )


def answered(auth: OneLogin_Saml2_Auth) -> str | None:
    """Return the ID of the LogoutRequest to which an accepted LogoutResponse belongs."""
    return etree.fromstring(auth.get_last_response_xml()).get("InResponseTo")
