"""No script writes an object member whose name is data, so no prototype can be polluted."""

import re

import pytest

from idp.conf import ROOT

SCRIPT = re.compile(r"<script[^>]*>(.*?)</script>", re.DOTALL)
SCRIPTS = {
    **{it.name: it.read_text() for it in (ROOT / "idp" / "web" / "static").rglob("*.js")},
    **{it.name: "".join(SCRIPT.findall(it.read_text())) for it in (ROOT / "templates").rglob("*.html")},
}
MERGES = re.compile(r"__proto__|\.prototype\b(?!\.slice\.call)|Object\.(assign|setPrototypeOf|defineProperty)|\.\.\.")
WRITES_BY_NAME = re.compile(r"\[(?![\'\"\d])[^\]]+\]\s*=[^=]")
OF_A_FIXED_LIST = ("passkey_script.html", "[name]")
"""Where the names are a list that stands in the script."""


@pytest.mark.parametrize("name", [name for name, text in SCRIPTS.items() if text.strip()])
def test_no_script_can_have_its_prototypes_changed(name):
    written = [(name, it.group().partition("=")[0].strip()) for it in WRITES_BY_NAME.finditer(SCRIPTS[name])]
    assert [it for it in written if it != OF_A_FIXED_LIST] == []
    assert not MERGES.search(SCRIPTS[name])


def test_a_script_whose_prototypes_can_be_changed_is_found():
    assert WRITES_BY_NAME.search("found[key] = value")
    assert MERGES.search("Object.assign(found, sent)")
    assert not WRITES_BY_NAME.search('found["name"] = value; if (list[nth] == 3) {}')
