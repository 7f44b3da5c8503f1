"""mod_auth_mellon: the Lasso library in Apache."""

import base64

from lxml import etree

from idp.saml import names
from tests.interop.service import Service, Session

SAML = f"{{{names.ASSERTION}}}"
WHO = "<?php header('Content-Type: application/json'); echo json_encode($_SERVER);"
APACHE = """
<Location "/{slug}/">
    MellonEnable "info"
    MellonEndpointPath "/{slug}/endpoint"
    MellonSPentityId "{url}/{slug}/metadata"
    MellonSPPrivateKeyFile "{key}"
    MellonSPCertFile "{certificate}"
    MellonIdPMetadataFile "{metadata}"
    MellonVariable "{slug}"
    MellonMergeEnvVars On
    MellonSessionDump On
    MellonRedirectDomains *
    MellonSignatureMethod rsa-sha256
</Location>
"""


class Mellon(Service):
    """Asks signed, by the first binding that our metadata offers. Reads it once, when Apache starts."""

    slug, name = "mellon", "mod_auth_mellon"
    idp_metadata = "idp.xml"

    @property
    def metadata_path(self):
        return f"/{self.slug}/endpoint/metadata"

    def apache(self):
        key, certificate = self.place.write_key(self.slug)
        self.place.write(f"www/{self.slug}/who.php", WHO)
        return APACHE.format(
            slug=self.slug,
            url=self.place.url,
            key=key,
            certificate=certificate,
            metadata=self.place.folder / self.idp_metadata,
        )

    def sign_in_address(self, *, is_passive=False, target="", **_):
        wishes = {"IsPassive": "true"} if is_passive else {}
        return self.at(f"/{self.slug}/endpoint/login", ReturnTo=target or self.home, **wishes)

    def sign_out_address(self):
        return self.at(f"/{self.slug}/endpoint/logout", ReturnTo=self.home)

    def session(self, phone):
        known = phone.http.get(self.home, timeout=30).json()
        if "MELLON_SESSION" not in known:
            return None
        assertion = etree.fromstring(base64.b64decode(known["MELLON_SESSION"])).find(f".//{SAML}Assertion")
        statement = assertion.find(f"{SAML}AuthnStatement")
        attributes = {it.get("Name"): [value.text for value in it] for it in assertion.iter(f"{SAML}Attribute")}
        return Session(
            known["MELLON_NAME_ID"],
            statement.findtext(f".//{SAML}AuthnContextClassRef"),
            statement.get("SessionIndex"),
            attributes,
        )


class MellonByPost(Mellon):
    """The same with metadata that has no address for Redirect."""

    slug, name, idp_metadata = "mellon-by-post", "mod_auth_mellon by POST", "idp-post.xml"
