"""Files that are taken in and written, as an operator does it."""

from datetime import timedelta

from idp.importing import imports
from idp.otp.models import PhoneAuthenticator
from tests.conftest import NOW
from tests.importing.files import a_file

SHORT = ["Email", "Mobile number", "May sign in"]
LATER = NOW + timedelta(hours=1)


def take_in(who, *rows, headings=SHORT, **more):
    options = {"missing_off": False, "most_missing": 25} | more
    return imports.take_in(a_file(*rows, headings=headings), "team.csv", who, NOW, **options)


def write(who, *rows, headings=SHORT, **more):
    waiting = take_in(who, *rows, headings=headings, **more)
    imports.write(waiting, imports.prepare(waiting, who), who, NOW)
    return waiting


def number_of(agent):
    return PhoneAuthenticator.objects.get(user=agent).number
