"""Feeds one reader for a while: python -m tests.fuzzing policy -max_total_time=60 var/fuzzing/policy.

What follows the target's name goes to libFuzzer. `-merge=1` with the kept corpus first brings in what reaches new code.
"""

import sys

import atheris

with atheris.instrument_imports(include=["idp"]):
    from tests import environment  # noqa: F401 - before Django's settings are read
    from tests.fuzzing.targets import TARGETS

name, *words = sys.argv[1:]
# By these words libFuzzer starts itself anew when it merges.
atheris.Setup([f"{sys.executable} -m tests.fuzzing {name}", *words], TARGETS[name])
atheris.Fuzz()
