"""Alerts and dashboard use existing metrics, and a page explains each alert."""

import json
import re

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from idp.conf import ROOT
from tests.web.monitor import TOKEN, ask

RULES = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
PANELS = json.loads((ROOT / "deploy/grafana/latchkey.json").read_text(encoding="utf-8"))["panels"]
TRIALS = yaml.safe_load((ROOT / "deploy/prometheus/alerts_test.yml").read_text(encoding="utf-8"))["tests"]
ALARMS = [it["alert"] for it in RULES]
EXPRESSIONS = [it["expr"] for it in RULES] + [it["expr"] for panel in PANELS for it in panel.get("targets", [])]
FIGURE = re.compile(r"(latchkey_\w+)(?:\{([^}]*)\})?")
LABEL = re.compile(r'(\w+)\s*=~?\s*"([^"]*)"')
OF_PROMETHEUS = {"instance", "job"}
NOT_YET_SEEN = {"5xx", "/saml/sso"}
"""Values that come with the requests that they are about."""


@pytest.fixture
def told(db, keys, clock, redis, settings):
    """Every sample that a monitor reads, where a Redis is and a request was counted."""
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"metrics_token": SecretStr(TOKEN)})
    ask()
    return [it for family in text_string_to_metric_families(ask().text) for it in family.samples]


def test_each_metric_and_label_that_alerts_and_panels_use_is_exported(told):
    asked = [(name, LABEL.findall(labels)) for it in EXPRESSIONS for name, labels in FIGURE.findall(it)]
    assert len(asked) > len(EXPRESSIONS) / 2
    for name, labels in asked:
        samples = [it for it in told if it.name == name]
        assert samples, name
        for label, value in labels:
            known = {it.labels.get(label) for it in samples}
            assert label in OF_PROMETHEUS or value in known | NOT_YET_SEEN, f"{name} {label}={value}"


def test_each_metric_is_used_by_an_alert_or_a_panel(told):
    bare = {re.sub("_(bucket|count|sum|created)$", "", it.name) for it in told}
    asked = " ".join(EXPRESSIONS)
    assert {it for it in bare if it.startswith("latchkey_") and it not in asked} == set()


def test_the_page_explains_each_alert_and_no_other():
    page = (ROOT / "docs/how-to/watch-it.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(Latchkey\w+)` \|", page, re.MULTILINE) == ALARMS


def test_each_alert_has_a_severity_and_a_description():
    assert {it["labels"]["severity"] for it in RULES} == {"page", "ticket", "morning"}
    assert all(it["annotations"]["summary"].endswith(".") for it in RULES)
    assert len(set(ALARMS)) == len(ALARMS)


def test_promtool_makes_each_alert_go_off():
    went_off = {it["alertname"] for trial in TRIALS for it in trial["alert_rule_test"] if "exp_alerts" in it}
    assert went_off == set(ALARMS)


def test_panels_do_not_overlap_and_have_unique_ids():
    taken = [
        (x, y)
        for it in (panel["gridPos"] for panel in PANELS)
        for x in range(it["x"], it["x"] + it["w"])
        for y in range(it["y"], it["y"] + it["h"])
    ]
    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) < 24
    assert [it["id"] for it in PANELS] == list(range(1, len(PANELS) + 1))
