"""Writes the conformance statement: python -m tests.docs.conformance_page > docs/reference/conformance.md."""

import ast
import re
import sys
from collections import defaultdict

from idp.conf import ROOT
from tests.conformance.requirements import REQUIREMENTS
from tests.docs.pages import note, table

NAMED = re.compile(r"test_([a-z]+\d\d)_(\w+)")
TEXT = """# Conformance

{note}

This page says which requirements on a SAML identity provider Latchkey meets, and which tests show it. It is for anyone
who evaluates Latchkey for a federation or a service.

The requirements are those of the Kantara *SAML V2.0 Implementation Profile for Federation Interoperability* 1.1, in
our own words and numbering. The page is generated from the tests. The build fails if a requirement that claims to be
met has no test, or a test belongs to no requirement. The tests read and send messages with independent software:
python3-saml, signxml, xmlsec and `cryptography`.

{met} of {all} are met. The others say why not.

{requirements}

## The standard's own conformance document

| Feature | Latchkey |
| --- | --- |
| Web SSO: AuthnRequest by Redirect, Response by POST | yes |
| AuthnRequest by POST | yes |
| Response by Artifact, artifact resolution by SOAP | no: no service needs a back channel at sign-in |
| Enhanced client (PAOS) | no |
| Name identifier management | no: a NameID stays |
| Single logout by Redirect and POST, begun by a service or by Latchkey | yes |
| Single logout by SOAP | sent if a service offers it and no browser is available; not received |
| Discovery by common-domain cookie | no: obsolete |
| The algorithms of 2005 (SHA-1, 3DES, RSA 1.5) | refused |
| NameID formats, attribute name formats | yes |

The accurate title is therefore *IdP Lite, without artifact, enhanced client and discovery cookie*.

## Where Latchkey differs from saml2int on purpose

| The deployment profile requires | Latchkey |
| --- | --- |
| metadata from a live federation feed | registers services one by one, from a file, pasted text or an address |
| encrypted Assertions everywhere | lets you choose for each service; Flex cannot read them |
| a transient name and a subject-id attribute | gives Flex one stable name, because a new name is billed as a new user |
| attribute names that are URIs | gives Flex short names in the *basic* format; for others you choose |
"""


def page():
    shown = tests()
    rows = [(it.id, it.short, f"absent: {it.absent}" if it.absent else "met", shown[it.id]) for it in REQUIREMENTS]
    return TEXT.format(
        note=note("conformance"),
        met=sum(not it.absent for it in REQUIREMENTS),
        all=len(REQUIREMENTS),
        requirements=table("Id", "In short", "State", "Shown by", rows=[(*row[:3], cited(row[3])) for row in rows]),
    )


def cited(sentences):
    """Put the sentences of one file one after the other, with a link to it."""
    files = dict.fromkeys(path for _, path in sentences)
    told = {path: "; ".join(sentence for sentence, at in sentences if at == path) for path in files}
    return "; ".join(f"{told[path]} ([{path.name}](../../{path}))" for path in files)


def tests():
    """The sentences of the tests of each requirement, each with its file."""
    found = defaultdict(list)
    for path in sorted((ROOT / "tests" / "conformance").glob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            named = NAMED.fullmatch(getattr(node, "name", ""))
            if named:
                sentence = (named[2].replace("_", " "), path.relative_to(ROOT))
                found[named[1].upper()].append(sentence)
    return found


if __name__ == "__main__":
    sys.stdout.write(page())
