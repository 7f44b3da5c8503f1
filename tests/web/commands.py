"""Commands of manage.py, called as a shell calls them."""

import json
from io import StringIO

from django.core.management import call_command


def run(*command, **options):
    """Run a command. Returns what it wrote to stdout and to stderr."""
    out, err = StringIO(), StringIO()
    call_command(*command, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def run_json(*command):
    """Run a command with --json and read what it says."""
    return json.loads(run(*command, "--json")[0])
