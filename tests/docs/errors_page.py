"""Writes the page of all errors: python -m tests.docs.errors_page > docs/reference/errors.md."""

import importlib
import pkgutil
import sys

import idp
from idp.errors import IdpError
from tests.docs.pages import note, table

NOT_IMPORTED = ("idp.wsgi", "idp.urls", ".migrations", ".management")
TEXT = """# Errors

{note}

Whatever goes wrong in front of a person ends on one page: a sentence, what to do next, and a reference that
[can be followed](../how-to/read-a-reference.md). The page never says more than that. The stable `code` and a
private detail go to the log, in the line `"event": "refused"` with the same reference.

Each error is a subclass of `IdpError`. What can be expected, such as a wrong code or a phone that the access
rules refuse, is no error but a value, and has a page of its own in `templates/login/`.

{errors}

`unexpected` is also what the page says for an exception that nobody thought of; then the log line is
`"event": "unexpected"` and carries the traceback, without the values of variables.

Errors of the `saml_` kind are pages because nothing is returned to a service before its request is believed.
What is returned to it afterwards, and as which SAML status, is told in [saml.md](saml.md).
"""


def page():
    rows = [
        (f"`{it.code}`", it.status, it.sentence, it.advice, f"`{it.__module__.replace('.', '/')}.py`")
        for it in sorted(errors(), key=lambda it: it.code)
    ]
    return TEXT.format(note=note("errors"), errors=table("Code", "Status", "Sentence", "Advice", "Where", rows=rows))


def errors():
    """Every kind of error, one for each code."""
    for module in pkgutil.walk_packages(idp.__path__, "idp."):
        if not any(part in module.name for part in NOT_IMPORTED):
            importlib.import_module(module.name)
    return {it.code: it for it in reversed([IdpError, *_below(IdpError)])}.values()


def _below(kind):
    ours = [it for it in kind.__subclasses__() if it.__module__.startswith("idp.")]
    return sorted(ours, key=lambda it: it.__module__) + [further for it in ours for further in _below(it)]


if __name__ == "__main__":
    import django

    import tests.environment  # noqa: F401 - made-up settings, so that Django starts

    django.setup()
    sys.stdout.write(page())
