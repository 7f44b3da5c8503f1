"""Evidence: a file of the repository, a module of tests, or one test in it, without its `test_`."""

import ast
from functools import cache

from idp.conf import ROOT


def place(evidence):
    """Return the path of its file, and the test's name or nothing. Raises LookupError for what is not there."""
    if (ROOT / evidence).is_file():
        return evidence, ""
    module, _, test = evidence.partition(".")
    path = f"tests/{module}.py"
    if not (ROOT / path).is_file() or (test and f"test_{test}" not in _tests(path)):
        raise LookupError(f"There is no {evidence}.")
    return path, test


@cache
def _tests(path):
    body = ast.parse((ROOT / path).read_text(encoding="utf-8")).body
    return {it.name for it in body if isinstance(it, ast.FunctionDef)}
