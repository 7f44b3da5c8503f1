"""The packages of a lock file, each with its version."""

import re

from idp.conf import ROOT

_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)


def packages(name="requirements.txt"):
    """Return versions by names, as PyPI normalises them."""
    found = _PIN.findall((ROOT / name).read_text(encoding="utf-8"))
    return {re.sub(r"[-_.]+", "-", package).lower(): version for package, version in found}
