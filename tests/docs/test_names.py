"""What tests and benches name in the code exists. Some run seldom, so a rename could leave old names in them."""

import ast
import importlib
from functools import cache
from types import ModuleType

import pytest
from django.conf import settings
from django.contrib import admin

OURS = ("idp", "tests")
admin.autodiscover()  # before any page of the admin is imported by itself


def sources():
    return sorted(settings.BASE_DIR.glob("tests/**/*.py"))


@cache
def existing(dotted):
    """Return a module or what is in one; None if it needs a package that is not installed. Raises AttributeError."""
    try:
        return importlib.import_module(dotted)
    except ModuleNotFoundError as error:
        if not error.name.startswith(OURS):
            return None
    owner, _, name = dotted.rpartition(".")
    return getattr(existing(owner), name)


class Unknown(ast.NodeVisitor):
    """Lists the names of this project that a source has wrong, as `line: name`."""

    def __init__(self, source):
        self.found, self.scopes = [], [{}]
        self.visit(ast.parse(source))

    def visit_ImportFrom(self, node):
        for it in node.names:
            self._import(f"{node.module}.{it.name}", it.asname or it.name, node)

    def _import(self, dotted, name, node):
        thing = None
        if dotted.startswith(OURS):
            thing = self._or_report(lambda: existing(dotted), dotted, node)
        self.scopes[-1][name] = thing if isinstance(thing, (ModuleType, type)) else None

    def _or_report(self, get, dotted, node):
        try:
            return get()
        except AttributeError:
            self.found.append(f"{node.lineno}: {dotted}")

    def visit_FunctionDef(self, node):
        arguments = node.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
        stored = (it.id for it in ast.walk(node) if isinstance(it, ast.Name) and isinstance(it.ctx, ast.Store))
        self.scopes.append(dict.fromkeys([*(it.arg for it in every if it), *stored]))
        self.generic_visit(node)
        self.scopes.pop()

    def visit_Lambda(self, node):
        self.visit_FunctionDef(node)

    def visit_Name(self, node):
        if isinstance(node.ctx, ast.Store):
            self.scopes[-1][node.id] = None

    def visit_Attribute(self, node):
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and isinstance(node.ctx, ast.Load):
            owner = next((it[node.value.id] for it in reversed(self.scopes) if node.value.id in it), None)
            if owner is not None:
                self._or_report(lambda: getattr(owner, node.attr), f"{node.value.id}.{node.attr}", node)


@pytest.mark.long
def test_tests_and_benches_name_nothing_that_the_code_does_not_have():
    found = {str(it.relative_to(settings.BASE_DIR)): Unknown(it.read_text()).found for it in sources()}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_a_name_from_before_a_rename_is_found():
    source = "from idp.login import sending\nfrom idp.audit import events\ndef act(): return events.recrod\n"
    assert Unknown(source).found == ["1: idp.login.sending", "3: events.recrod"]


def test_a_local_value_with_the_name_of_a_module_is_another_thing():
    assert Unknown("from idp import clock\ndef test(clock): clock.shift(1)\n").found == []
