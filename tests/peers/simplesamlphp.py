"""SimpleSAMLphp of Debian's package as an identity provider: php-fpm with Debian's settings, so with its opcache.

nginx in front of it runs on the driver's core and does not count. All other settings are the package's defaults.
"""

import os
import re
from contextlib import contextmanager
from html import unescape
from pathlib import Path

from tests.cluster.processes import until
from tests.environment import free_port
from tests.peers import driving, programs

name, required, goal, times = "SimpleSAMLphp", 2.2, 3.5, 160
PROGRAM = "/usr/share/simplesamlphp"
CONFIG = r"""<?php
$config = [
    'baseurlpath' => '{url}/simplesaml/', 'certdir' => '{folder}/',
    'loggingdir' => '{folder}/', 'datadir' => '{folder}/',
    'tempdir' => '{folder}/tmp', 'metadatadir' => '{folder}/metadata/', 'secretsalt' => 'only for this run',
    'auth.adminpassword' => 'nobody signs in here as an administrator',
    'technicalcontact_email' => 'nobody@example.org',
    'enable.saml20-idp' => true, 'enable.http_post' => true,
    'logging.level' => SimpleSAML\Logger::NOTICE, 'logging.handler' => 'file',
    'module.enable' => ['core' => true, 'saml' => true, 'exampleauth' => true],
    'session.cookie.secure' => false, 'session.cookie.samesite' => null,
    'session.phpsession.savepath' => '{folder}/tmp',
    'store.type' => 'phpsession', 'metadata.sources' => [['type' => 'flatfile']], 'production' => true,
    'authproc.idp' => [
        30 => 'core:LanguageAdaptor',
        45 => ['class' => 'core:StatisticsWithAttribute', 'attributename' => 'realm', 'type' => 'saml20-idp-SSO'],
        50 => 'core:AttributeLimit',
        99 => 'core:LanguageAdaptor',
    ],
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
POOL = """[global]
error_log = {folder}/fpm.log
[www]
listen = {folder}/fpm.sock
pm = static
pm.max_children = 8
clear_env = no
php_admin_flag[display_errors] = off
"""
NGINX = """{as_root} daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{}}
http {{
client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u;
scgi_temp_path {folder}/s; access_log off;
server {{
    listen 127.0.0.1:{port};
    root {folder}/www;
    location ~ ^(?<script>.+?\\.php)(?<rest>/.*)?$ {{
        include /etc/nginx/fastcgi_params;
        fastcgi_param SCRIPT_FILENAME $document_root$script;
        fastcgi_param PATH_INFO $rest;
        fastcgi_buffers 16 16k;
        fastcgi_pass unix:{folder}/fpm.sock;
    }}
}}
}}
"""


def missing():
    """Return what is missing, or an empty text."""
    there = Path(PROGRAM).is_dir() and _php_fpm() and Path("/usr/sbin/nginx").exists()
    return "" if there else f"it, php-fpm or nginx is not installed: {programs.SET_UP}"


def _php_fpm():
    return next((str(it) for it in sorted(Path("/usr/sbin").glob("php-fpm*"))), None)


@contextmanager
def serving(folder, query, entity, acs):
    """Serve, with eight sessions of one user, each in a file of PHP."""
    port, log, certificate = free_port(), folder / "log", programs.put_pair(folder)
    url = f"http://127.0.0.1:{port}"
    for name in ("metadata", "tmp", "www"):
        (folder / name).mkdir()
    (folder / "www" / "simplesaml").symlink_to(f"{PROGRAM}/www")
    known = {"url": url, "folder": str(folder), "entity": entity, "acs": acs}
    texts = {"config.php": CONFIG, "authsources.php": SOURCES}
    texts |= {"metadata/saml20-idp-hosted.php": HOSTED, "metadata/saml20-sp-remote.php": REMOTE}
    for name, text in texts.items():
        filled = re.sub(r"\{(\w+)\}", lambda it: known[it.group(1)], text)
        (folder / name).write_text(filled, encoding="utf-8")
    as_root = "user root;" if os.geteuid() == 0 else ""
    (folder / "fpm.conf").write_text(POOL.format(folder=folder) + ("user = root\n" if as_root else ""))
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port, as_root=as_root))
    fpm = [_php_fpm(), "--nodaemonize", "--allow-to-run-as-root", "--fpm-config", str(folder / "fpm.conf")]
    nginx = ["/usr/sbin/nginx", "-e", "stderr", "-c", str(folder / "nginx.conf")]
    own = {"SIMPLESAMLPHP_CONFIG_DIR": str(folder), "PATH": "/usr/bin:/bin"}
    with driving.started(fpm, log, env=own) as server, driving.started(nginx, log, on_core=False) as before:
        until((folder / "fpm.sock").exists, "that php-fpm listens")
        driving.wait_for(url, before, log)
        sso = f"{url}/simplesaml/saml2/idp/SSOService.php"
        yield driving.Server(server.pid, [_signed_in(sso, query) for _ in range(driving.BROWSERS)], certificate)


def _signed_in(sso, query):
    again, browser = driving.a_browser(sso, query)
    page = browser.get(f"{sso}?{query()}", timeout=60)
    state = re.search(r'name="AuthState" value="([^"]+)"', page.text)
    assert state, (page.status_code, page.text[:2000])
    fields = {"username": "ana", "password": "secret", "AuthState": unescape(state.group(1))}
    browser.post(page.url, fields, timeout=60)
    return again
