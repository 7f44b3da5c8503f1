"""The Shibboleth service provider: mod_shib in Apache, and its daemon."""

from tests.interop.service import Service, Session

HANDLERS = "/Shibboleth.sso"
APACHE = """
ShibConfig "{configuration}"
<Location "/{slug}/">
    AuthType shibboleth
    ShibRequestSetting requireSession false
    Require shibboleth
</Location>
<Location "/Shibboleth.sso">
    SetHandler shib
    AuthType None
    Require all granted
</Location>
"""
WHO = "<?php header('Content-Type: application/json'); echo json_encode($_SERVER);"
BINDINGS = "urn:oasis:names:tc:SAML:2.0:bindings"
CONFIGURATION = """<SPConfig xmlns="urn:mace:shibboleth:3.0:native:sp:config" clockSkew="180">
  <OutOfProcess logger="{folder}/shibd.logger"/>
  <InProcess logger="{folder}/native.logger"/>
  <TCPListener address="127.0.0.1" port="{port}" acl="127.0.0.1"/>
  <RequestMapper type="Native"><RequestMap/></RequestMapper>
  <ApplicationDefaults entityID="{url}/shibboleth" REMOTE_USER="name-id" signing="true" encryption="false">
    <Sessions lifetime="28800" timeout="3600" relayState="ss:mem" checkAddress="false" handlerSSL="false"
              cookieProps="http" redirectLimit="none">
      <SSO entityID="{idp}">SAML2</SSO>
      <Logout asynchronous="false">SAML2</Logout>
      <SessionInitiator type="SAML2" Location="/LoginByPost" entityID="{idp}" outgoingBindings="{post}"/>
      <LogoutInitiator type="SAML2" Location="/LogoutByPost" asynchronous="false" outgoingBindings="{post}"/>
      <LogoutInitiator type="SAML2" Location="/LogoutUnanswered" asynchronous="true"/>
      <Handler type="MetadataGenerator" Location="/Metadata" signing="false"/>
      <Handler type="Session" Location="/Session" contentType="application/json" showAttributeValues="true"/>
    </Sessions>
    <Errors supportContact="nobody@example.org"/>
    <MetadataProvider type="XML" validate="true" path="{metadata}" reloadChanges="true"/>
    <AttributeExtractor type="XML" validate="true" path="{folder}/attribute-map.xml"/>
    <CredentialResolver type="File" key="{key}" certificate="{certificate}"/>
  </ApplicationDefaults>
  <SecurityPolicyProvider type="XML" validate="true" path="/etc/shibboleth/security-policy.xml"/>
  <ProtocolProvider type="XML" validate="true" path="/etc/shibboleth/protocols.xml"/>
</SPConfig>
"""
ATTRIBUTES = """<Attributes xmlns="urn:mace:shibboleth:2.0:attribute-map"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  {names}
  {name_ids}
</Attributes>
"""
ATTRIBUTE = '<Attribute name="{0}" nameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic" id="{0}"/>'
NAME_ID = (
    '<Attribute name="{0}" id="name-id">'
    '<AttributeDecoder xsi:type="NameIDAttributeDecoder" formatter="$Name" defaultQualifiers="true"/></Attribute>'
)
FORMATS = (
    "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
    "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
    "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
)
LOGGER = """log4j.rootCategory=INFO, file
log4j.appender.file=org.apache.log4j.FileAppender
log4j.appender.file.fileName={file}
log4j.appender.file.layout=org.apache.log4j.PatternLayout
log4j.appender.file.layout.ConversionPattern=%d %p %c: %m%n
"""


class Shibboleth(Service):
    """Asks signed, by Redirect or POST; can force, forbid pages, and ask for a context."""

    slug, name = "shibboleth", "Shibboleth SP"
    metadata_path = f"{HANDLERS}/Metadata"

    def apache(self):
        self.place.write(f"www/{self.slug}/who.php", WHO)
        return APACHE.format(slug=self.slug, configuration=self.place.folder / "shibboleth2.xml")

    def daemon(self, idp):
        """Write the configuration of the daemon, for the IdP of this entity ID, and return its path."""
        place = self.place
        key, certificate = place.write_key(self.slug)
        names = (ATTRIBUTE.format(it) for it in ("roles", "full_name", "email"))
        formats = (NAME_ID.format(it) for it in FORMATS)
        place.write("attribute-map.xml", ATTRIBUTES.format(names="\n".join(names), name_ids="\n".join(formats)))
        place.write("shibd.logger", LOGGER.format(file=place.folder / "shibd.log"))
        place.write("native.logger", LOGGER.format(file=place.folder / "state" / "native.log"))
        return place.write(
            "shibboleth2.xml",
            CONFIGURATION.format(
                folder=place.folder,
                port=place.shibd_port,
                url=place.url,
                idp=idp,
                post=f"{BINDINGS}:HTTP-POST",
                metadata=place.idp_metadata,
                key=key,
                certificate=certificate,
            ),
        )

    def sign_in_address(self, *, force_authn=False, is_passive=False, context="", target="", by_post=False):
        wishes = {"forceAuthn": "1"} if force_authn else {}
        wishes |= {"isPassive": "1"} if is_passive else {}
        wishes |= {"authnContextClassRef": context} if context else {}
        handler = "LoginByPost" if by_post else "Login"
        return self.at(f"{HANDLERS}/{handler}", target=target or self.home, **wishes)

    def sign_out_address(self, *, by_post=False):
        return self.at(f"{HANDLERS}/{'LogoutByPost' if by_post else 'Logout'}")

    def session(self, phone):
        known = phone.http.get(self.home, timeout=30).json()
        if "Shib-Session-ID" not in known:
            return None
        attributes = {name: known[name].split(";") for name in ("roles", "full_name", "email") if name in known}
        return Session(
            known.get("name-id", ""), known["Shib-AuthnContext-Class"], known["Shib-Session-Index"], attributes
        )
