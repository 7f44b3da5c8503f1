"""The page about one agent, and operators who may open it."""

import html
import re

from django.contrib.auth.models import Permission

from tests.web.conftest import a_superuser, inside

HELPER = ("view_agent", "change_agent", "view_device")


def url(agent, page="change"):
    return f"/admin/agents/agent/{agent.pk}/{page}/"


def words(page):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def a_helper(*rights):
    helper = a_superuser("helper@acme.example", is_superuser=False)
    helper.user_permissions.set(Permission.objects.filter(codename__in=rights or HELPER))
    return inside(helper)


def a_looker():
    looker = a_superuser("looker@acme.example", is_superuser=False)
    looker.user_permissions.set(Permission.objects.filter(codename="view_agent"))
    return inside(looker)
