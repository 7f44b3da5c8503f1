"""SimpleSAMLphp of Debian's package as an identity provider, served by PHP itself, with its opcache."""

import re
import shutil
import subprocess
from contextlib import contextmanager
from html import unescape

import requests

from tests.environment import free_port
from tests.peers import driving
from tests.saml.keys import a_pair

NAME, MUST = "SimpleSAMLphp", 2.2
PROGRAM = "/usr/share/simplesamlphp"
CONFIG = """<?php
$config = [
    'baseurlpath' => '{url}/simplesaml/', 'certdir' => '{folder}/',
    'loggingdir' => '{folder}/', 'datadir' => '{folder}/',
    'tempdir' => '{folder}/tmp', 'metadatadir' => '{folder}/metadata/', 'secretsalt' => 'only for this run',
    'auth.adminpassword' => 'nobody signs in here as an administrator',
    'technicalcontact_email' => 'nobody@example.org',
    'enable.saml20-idp' => true, 'enable.http_post' => true, 'logging.level' => 4, 'logging.handler' => 'file',
    'module.enable' => ['core' => true, 'saml' => true, 'exampleauth' => true],
    'session.cookie.secure' => false, 'session.cookie.samesite' => null,
    'session.phpsession.savepath' => '{folder}/tmp',
    'store.type' => 'phpsession', 'metadata.sources' => [['type' => 'flatfile']],
];
"""
SOURCES = """<?php
$config = ['somebody' => ['exampleauth:UserPass', 'ana:secret' => [
    'uid' => ['ana'], 'email' => ['ana@acme.example'], 'full_name' => ['Ana'], 'roles' => ['agent'],
]]];
"""
HOSTED = """<?php
$metadata['{url}/idp'] = [
    'host' => '__DEFAULT__', 'privatekey' => 'idp.key', 'certificate' => 'idp.crt', 'auth' => 'somebody',
    'signature.algorithm' => 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    'saml20.sign.response' => true, 'saml20.sign.assertion' => true,
];
"""
REMOTE = """<?php
$metadata['{entity}'] = ['AssertionConsumerService' => '{acs}'];
"""


def missing():
    """Say what is not there, or nothing."""
    if not shutil.which("php") or not shutil.which("taskset"):
        return "php or taskset is missing: apt-get install php-cli util-linux"
    there = subprocess.run(["test", "-d", PROGRAM], check=False).returncode == 0
    return "" if there else "the package is missing: apt-get install --no-install-recommends simplesamlphp php-xml"


@contextmanager
def serving(folder, entity, acs):
    """Serve; gives the process's id, the address for requests, and browsers in which somebody is signed in."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    for name in ("metadata", "tmp", "www"):
        (folder / name).mkdir()
    (folder / "www" / "simplesaml").symlink_to(f"{PROGRAM}/www")
    pair, known = a_pair("peer"), {"url": url, "folder": str(folder), "entity": entity, "acs": acs}
    texts = {"config.php": CONFIG, "authsources.php": SOURCES, "idp.key": pair.private_pem, "idp.crt": pair.certificate}
    texts |= {"metadata/saml20-idp-hosted.php": HOSTED, "metadata/saml20-sp-remote.php": REMOTE}
    for name, text in texts.items():
        filled = re.sub(r"\{(\w+)\}", lambda it: known[it.group(1)], text) if name.endswith(".php") else text
        (folder / name).write_text(filled, encoding="utf-8")
    options = ("opcache.enable_cli=1", "opcache.enable=1", "display_errors=0")
    command = ["php", *(it for option in options for it in ("-d", option)), "-S", f"127.0.0.1:{port}", "-t", "www"]
    with (folder / "php.log").open("w") as log, subprocess.Popen(
        driving.pinned(command), cwd=folder, stdout=log, stderr=log,
        env={"SIMPLESAMLPHP_CONFIG_DIR": str(folder), "PATH": "/usr/bin:/bin"},
    ) as server:  # fmt: skip
        try:
            driving.wait_for(url, server)
            sso = f"{url}/simplesaml/saml2/idp/SSOService.php"
            yield server.pid, sso, lambda query: [_signed_in(sso, query()) for _ in range(driving.CONNECTIONS)]
        finally:
            server.terminate()


def _signed_in(sso, query):
    browser = requests.Session()
    page = browser.get(f"{sso}?{query}", timeout=60)
    state = re.search(r'name="AuthState" value="([^"]+)"', page.text)
    assert state, (page.status_code, page.text[:2000])
    fields = {"username": "ana", "password": "secret", "AuthState": unescape(state.group(1))}
    assert driving.ANSWERED.search(browser.post(page.url, fields, timeout=60).text)
    return browser
