"""The container, the Compose file and the chart agree with this version of Latchkey."""

import os
import re
import tomllib

import pytest
import yaml
from django.core.management import get_commands

from idp.conf import ROOT, Conf
from idp.conf.twilio import Twilio
from tests.docs.settings_page import names

DEPLOY = ROOT / "deploy"
FILES = [it for it in DEPLOY.rglob("*") if it.is_file()]
VALUES = yaml.safe_load((DEPLOY / "helm/latchkey/values.yaml").read_text(encoding="utf-8"))
CHART = yaml.safe_load((DEPLOY / "helm/latchkey/Chart.yaml").read_text(encoding="utf-8"))
SERVICES = yaml.safe_load((DEPLOY / "container/compose.yaml").read_text(encoding="utf-8"))["services"]
OURS = [name for name, it in SERVICES.items() if it["image"] == "latchkey"]


def said():
    return {str(it.relative_to(ROOT)): it.read_text(encoding="utf-8") for it in FILES}


def test_the_chart_has_the_version_of_the_product():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert version == CHART["version"] == CHART["appVersion"] == VALUES["image"]["tag"]


def test_every_setting_in_the_container_files_exists():
    ours = {it for conf in (Conf, Twilio) for name, field in conf.model_fields.items() for it in names(name, field)}
    named = {it for text in said().values() for it in re.findall(r"\bLATCHKEY_[A-Z_]+\b", text)}
    assert named
    assert named <= ours


def test_every_command_in_the_container_files_exists():
    run = {it for text in said().values() for it in re.findall(r"(?:python,? )manage\.py,? ([a-z_]+)", text)} | set(
        VALUES["timers"]
    )
    assert run >= {"migrate", "purge", "refresh_metadata", "send_logouts", "send_webhooks"}
    assert run <= set(get_commands())


@pytest.mark.parametrize("name", OURS)
def test_a_container_has_a_read_only_file_system_and_no_way_to_gain_privileges(name):
    it = SERVICES[name]
    assert (it["read_only"], it["user"], it["cap_drop"]) == (True, "10001:10001", ["ALL"])
    assert it["security_opt"] == ["no-new-privileges:true"]
    assert it["tmpfs"] == ["/tmp"]


@pytest.mark.parametrize("name", SERVICES)
def test_the_log_of_a_container_is_limited_in_size(name):
    assert SERVICES[name]["logging"]["options"]["max-size"] == "50m"


def test_the_image_has_the_file_of_authorities_that_the_guide_names():
    named = "/etc/ssl/certs/ca-certificates.crt"
    assert f"sslrootcert={named}" in (ROOT / "docs/how-to/deploy.md").read_text(encoding="utf-8")
    *_, final = (DEPLOY / "container/Containerfile").read_text(encoding="utf-8").split("\nFROM ")
    assert re.search(r"apt-get install.* ca-certificates\b", final)


def test_only_the_proxy_has_a_public_port():
    assert [name for name, it in SERVICES.items() if "ports" in it] == ["nginx"]


def test_the_proxy_in_the_container_has_the_rules_of_the_other_proxy():
    parts = {it.name for it in (DEPLOY / "nginx").glob("*.inc")}
    for conf in ("nginx/latchkey.conf", "container/nginx.conf"):
        included = re.findall(r"include /etc/nginx/conf\.d/(.*);", (DEPLOY / conf).read_text(encoding="utf-8"))
        assert sorted(included) == sorted(parts)
    laid = {f"../nginx/{it}:/etc/nginx/conf.d/{it}:ro" for it in parts}
    assert laid < set(SERVICES["nginx"]["volumes"])


def test_the_containers_use_a_postgresql_account_that_is_not_a_superuser():
    assert "POSTGRES_USER" not in SERVICES["postgresql"]["environment"]
    laid = "./account.sql:/docker-entrypoint-initdb.d/account.sql:ro"
    assert laid in SERVICES["postgresql"]["volumes"]
    assert "CREATE ROLE latchkey LOGIN PASSWORD" in (DEPLOY / "container/account.sql").read_text(encoding="utf-8")


def test_the_image_installs_the_locked_packages():
    made = (DEPLOY / "container/Containerfile").read_text(encoding="utf-8")
    assert "--require-hashes --only-binary :all: -r requirements.txt" in made
    assert re.findall(r"^USER (.*)$", made, re.MULTILINE) == ["10001:10001"]


def test_the_upgrade_of_the_containers_starts_the_new_ones_before_it_ends_the_old_ones():
    script = DEPLOY / "container/upgrade.sh"
    assert os.access(script, os.X_OK)
    does = script.read_text(encoding="utf-8")
    assert does.index("--no-recreate --scale") < does.index("docker stop $old")
