"""Files of agents, chosen on the page of imports and downloaded again."""

import csv
import io

from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.importing.files import HEADINGS, a_file
from tests.web.conftest import a_superuser, inside

PAGE, EXPORT = "/admin/agents/agent/import/", "/admin/agents/agent/export/"
BAD = ["bad@acme.example", "Bad", "12", "", "agent"]
SHORT = ["Email", "Mobile number"]


def choose(browser, *rows, headings=HEADINGS, **fields):
    file = SimpleUploadedFile("team.csv", a_file(*rows, headings=headings))
    return browser.post(PAGE, {"file": file, "most_missing": 25, **fields}, follow=True)


def helper(*rights):
    person = a_superuser("helper@acme.example", is_superuser=False)
    person.user_permissions.set(Permission.objects.filter(codename__in=rights))
    return inside(person)


def exported(response):
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
