"""What a process imports at its start: nothing that its first responses do not need."""

import subprocess
import sys

import pytest

from idp.conf import ROOT

pytestmark = pytest.mark.long

START = """
import sys
from django.core.wsgi import get_wsgi_application
get_wsgi_application()
import idp.urls
at_need = {"idp.web.site.operator_site", "idp.native.api.application", "redis", "webauthn", "twilio", "segno"}
print(*at_need & sys.modules.keys())
from django.contrib.admin import site
from django.core.checks import run_checks
run_checks(tags=["admin"])
print(len(site._registry) > 20)
"""


def test_pages_of_operators_and_large_libraries_are_imported_on_demand_and_still_checked():
    done = subprocess.run([sys.executable, "-c", START], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["", "True"]
