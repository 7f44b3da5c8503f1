"""SimpleSAMLphp as a service provider, in Apache's PHP."""

from contextlib import contextmanager

from tests.interop.service import Service, Session

PROGRAM = "/usr/share/simplesamlphp"
METADATA_KEY = "simplesamlphp-metadata"
APACHE = """
Alias "/simplesaml" "{program}/www"
<Directory "{program}/www">
    Require all granted
</Directory>
SetEnv SIMPLESAMLPHP_CONFIG_DIR "{folder}/ssp"
"""
CONFIG = """<?php
$config = [
    'baseurlpath' => '{url}/simplesaml/',
    'certdir' => '{folder}/',
    'loggingdir' => '{folder}/state/',
    'datadir' => '{folder}/state/',
    'tempdir' => '{folder}/state/ssp',
    'attributenamemapdir' => '{program}/attributemap/',
    'secretsalt' => 'only for this run',
    'auth.adminpassword' => 'nobody signs in here as an administrator',
    'technicalcontact_email' => 'nobody@example.org',
    'enable.http_post' => true,
    'showerrors' => true,
    'logging.level' => SimpleSAML\\Logger::DEBUG,
    'logging.handler' => 'file',
    'module.enable' => ['core' => true, 'saml' => true],
    'session.cookie.secure' => false,
    'session.cookie.samesite' => null,
    'store.type' => 'sql',
    'store.sql.dsn' => 'sqlite:{folder}/state/ssp.sqlite3',
    'metadata.sign.enable' => true,
    'metadata.sign.privatekey' => '{metadata_key}.key',
    'metadata.sign.certificate' => '{metadata_key}.crt',
    'metadata.sources' => [['type' => 'xml', 'file' => '{metadata}']],
];
"""
SOURCES = """<?php
$config = [
    'lab' => [
        'saml:SP',
        'entityID' => '{url}/simplesamlphp',
        'idp' => '{idp}',
        'privatekey' => '{key}',
        'certificate' => '{certificate}',
        'sign.authnrequest' => {signs},
        'sign.logout' => true,
        'signature.algorithm' => 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
        'SingleLogoutServiceBinding' => [
            'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect',
            'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
            'urn:oasis:names:tc:SAML:2.0:bindings:SOAP',
        ],
    ],
];
"""
BEGIN = "<?php require '" + PROGRAM + "/lib/_autoload.php'; $sp = new \\SimpleSAML\\Auth\\Simple('lab');\n"
WHO = (
    BEGIN
    + """header('Content-Type: application/json');
if (!$sp->isAuthenticated()) { echo '{}'; exit; }
$name = $sp->getAuthData('saml:sp:NameID');
echo json_encode([
    'name_id' => $name->getValue(),
    'session_index' => $sp->getAuthData('saml:sp:SessionIndex'),
    'context' => $sp->getAuthData('saml:sp:AuthnContext'),
    'attributes' => $sp->getAttributes(),
]);
"""
)
LOGIN = (
    BEGIN
    + """$wishes = ['ReturnTo' => $_GET['target']];
if (isset($_GET['force'])) { $wishes['ForceAuthn'] = true; }
if (isset($_GET['passive'])) { $wishes['isPassive'] = true; }
if (isset($_GET['context'])) { $wishes['saml:AuthnContextClassRef'] = $_GET['context']; }
$sp->login($wishes);
"""
)
LOGOUT = BEGIN + "$sp->logout('{home}');\n"


class SimpleSamlPhp(Service):
    """Asks signed, by the first binding that our metadata offers. Its own metadata is signed, by a key of its own."""

    slug, name = "simplesamlphp", "SimpleSAMLphp"
    metadata_path = "/simplesaml/module.php/saml/sp/metadata.php/lab"

    def __init__(self, place):
        super().__init__(place)
        self.idp = ""

    @contextmanager
    def changed(self, **choices):
        """Have it ask without signatures (`signs=False`), or with another `key`, for a while."""
        self.write(self.idp, **choices)
        try:
            yield
        finally:
            self.write(self.idp)

    def apache(self):
        return APACHE.format(folder=self.place.folder, program=PROGRAM)

    def write(self, idp, *, signs=True, key=slug):
        """Write the configuration for the IdP of this entity ID; it counts from the next request on."""
        self.idp, place = idp, self.place
        key, certificate = place.write_key(key)
        place.write_key(METADATA_KEY)
        known = {"folder": place.folder, "url": place.url, "program": PROGRAM}
        known |= {"metadata": place.idp_metadata, "metadata_key": METADATA_KEY}
        place.write("ssp/config.php", _filled(CONFIG, known))
        given = {"url": place.url, "idp": idp, "key": key, "certificate": certificate, "signs": str(signs).lower()}
        place.write("ssp/authsources.php", _filled(SOURCES, given))
        for name, text in (("who", WHO), ("login", LOGIN), ("logout", _filled(LOGOUT, {"home": self.home}))):
            place.write(f"www/{self.slug}/{name}.php", text)

    def sign_in_address(self, *, force_authn=False, is_passive=False, context="", target="", **_):
        wishes = {"force": "1"} if force_authn else {}
        wishes |= {"passive": "1"} if is_passive else {}
        wishes |= {"context": context} if context else {}
        return self.at(f"/{self.slug}/login.php", target=target or self.home, **wishes)

    def sign_out_address(self):
        return self.at(f"/{self.slug}/logout.php")

    def session(self, phone):
        known = phone.http.get(self.home, timeout=30).json()
        if not known:
            return None
        return Session(known["name_id"], known["context"], known["session_index"], known["attributes"])


def _filled(text, values):
    for name, value in values.items():
        text = text.replace("{" + name + "}", str(value))
    return text
