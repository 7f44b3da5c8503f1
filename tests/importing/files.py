"""Files of people as tests need them."""

import csv
import io

from idp.importing import planning, reading, sheet
from idp.importing.people import Known, Person

HEADINGS = ["Email", "Full name", "Mobile number", "Department", "Roles", "May sign in", "May use app"]
ZOE = ["zoe@acme.example", "Zoë Ümlaut", "+1 201 555 0171", "Support", "agent", "yes", "no"]
MAX = ["max@acme.example", "Max", "+1 201 555 0172", "", "agent", "", ""]


def a_file(*rows, headings=HEADINGS, delimiter=",", encoding="utf-8"):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([headings, *rows])
    return out.getvalue().encode(encoding)


def read(content, country=""):
    return reading.read(sheet.read(content), reading.Rules(country, lambda it: "@" in it and "." in it))


def plan(content, known=(), departments=(), **more):
    return planning.plan(read(content), known, departments, **more)


def a_known(nth, email, number="", **more):
    roles = more.pop("roles", ("agent",))
    person = Person(email, more.pop("full_name", email.split("@")[0].title()), number, "", roles)
    return Known(nth, person, **more)
