"""Where the other products are installed: below var/peers, apart from Latchkey's own packages."""

import subprocess

from idp.conf import ROOT

FOLDER = ROOT / "var" / "peers"
SET_UP = "bin/peer-programs could not install it; its output says why"


def python(name):
    """Return the Python of one of them."""
    return FOLDER / name / "bin" / "python"


def has(name, module):
    """Whether the Python of one of them has a module."""
    if not python(name).exists():
        return False
    return subprocess.run([python(name), "-c", f"import {module}"], capture_output=True, check=False).returncode == 0


def put_pair(folder):
    """Put the key pair of all of them into a folder, RSA 2048. Returns the certificate."""
    from tests.saml.keys import a_pair

    pair = a_pair("peer")
    for name, text in (("idp.key", pair.private_pem), ("idp.crt", pair.certificate)):
        (folder / name).write_text(text, encoding="utf-8")
    return pair.certificate
