"""What a server has read when it begins to serve."""

import subprocess
import sys

from idp.conf import ROOT

NO_MORE_FILES = """
import resource
from contextlib import suppress
from django.core.wsgi import get_wsgi_application
get_wsgi_application()
from idp.web import start_up
start_up.import_pages()

from django.test import Client
browser, held = Client(SERVER_NAME="localhost"), []
browser.get("/healthz")
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
with suppress(OSError):
    while True:
        held.append(open("/dev/null"))
print("<main>" in browser.get("/nowhere").text, end=" ")
for it in held:
    it.close()
print("<main>" in browser.get("/help").text)
"""


def test_a_process_that_may_open_no_files_shows_error_pages_and_recovers():
    command = [sys.executable, "-c", NO_MORE_FILES]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout == "True True\n", done.stderr
