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

This page lists every error that an agent, operator or program can meet. Look here if somebody reports a sentence or
you find a code in the log.

An error page shows a sentence, what to do next, and a reference that [leads to the
log](../how-to/read-a-reference.md). It never shows more. The log has the stable `code` and a private detail under the
same reference, as `"event": "refused"`.

Each error is a subclass of `IdpError`. Expected outcomes, such as a wrong code or a phone that the access rules
refuse, are not errors; they have their own pages in `templates/login/`.

{errors}

`unexpected` also covers any exception without a code of its own. The log entry is then `"event": "unexpected"` and
contains the traceback, without the values of variables.

`saml_` errors are pages because Latchkey returns nothing to a service before it trusts the request. [saml.md](saml.md)
says what it returns after that, and as which SAML status.
"""


def page():
    rows = [
        (f"`{it.code}`", it.status, it.sentence, it.advice, f"`{it.__module__.replace('.', '/')}.py`")
        for it in sorted(errors(), key=lambda it: it.code)
    ]
    return TEXT.format(note=note("errors"), errors=table("Code", "Status", "Sentence", "Advice", "Where", rows=rows))


def errors():
    """Return every kind of error, one for each code."""
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
