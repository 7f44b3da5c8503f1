"""Where the peers are installed: in a throw-away folder below var/, and never among our own packages."""

import subprocess

from idp.conf import ROOT

FOLDER = ROOT / "var" / "peers"
PYTHON = FOLDER / "venv" / "bin" / "python"
SET_UP = "bin/peer-programs could not install it; its last lines say why"


def has(module):
    """Whether their Python has a module."""
    if not PYTHON.exists():
        return False
    return subprocess.run([PYTHON, "-c", f"import {module}"], capture_output=True, check=False).returncode == 0
