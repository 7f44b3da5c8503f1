"""On a phone a list leaves out columns, so that the rest is seen without scrolling sideways."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from idp.agents.models import Agent, Device
from idp.audit.models import LoginEvent

RULE = re.compile(r"\.model-(\w+)\.change-list :is\(([^)]*)\) \{ display: none; \}")
KEPT = {
    Agent: {"full_name", "number", "is_active", "last_sign_in"},
    Device: {"label", "agent", "state_in_words", "last_seen_at"},
    LoginEvent: {"when", "sentence", "agent", "reference"},
}


@pytest.mark.parametrize("model", KEPT)
def test_a_list_on_a_phone_keeps_the_columns_that_say_who_and_whether_it_works(admin, keys, model):
    left_out = dict(RULE.findall(Path(finders.find("web/admin.css")).read_text()))[model._meta.model_name]
    heads, cells = (set(re.findall(rf"\.{it}-(\w+)", left_out)) for it in ("column", "field"))
    page = admin.get(reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist"))
    listed = {getattr(it, "__name__", it) for it in page.context["cl"].list_display} - {"action_checkbox"}
    assert heads == cells
    assert listed - heads == KEPT[model]
    assert heads <= listed
