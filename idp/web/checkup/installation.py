"""How the program is installed: nothing of a development machine, and all of its files."""

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from idp.branding import brands
from idp.branding.logos import NotALogo
from idp.conf import Conf
from idp.conf.addresses import LOOPBACK
from idp.conf.faults import SHORTEST_SECRET
from idp.web.checkup.finding import Finding, fault, ok, warning

SUBJECT = "program"
TEMPLATES = ("base.html", "error.html", "login/phone.html", "admin/base_site.html")
STATIC = ("admin/css/base.css",)
FILES_FIX = "Reinstall the program: a folder is missing or cannot be read."


def check(conf: Conf) -> list[Finding]:
    """Judge the modes, the secret key and the program's files."""
    return [
        debugging(on=settings.DEBUG),
        demo(conf),
        secret(len(conf.secret_key.get_secret_value())),
        files([*filter(_lacks_template, TEMPLATES), *(it for it in STATIC if not finders.find(it))]),
        *([logo(conf.brand_logo)] if conf.brand_logo else []),
    ]


def debugging(*, on: bool) -> Finding:
    """Judge Django's debug mode."""
    if on:
        return fault(SUBJECT, "Debug mode is on and shows secrets to strangers.", "Set DEBUG to False in the settings.")
    return ok(SUBJECT, "Debug mode is off.")


def demo(conf: Conf) -> Finding:
    """Judge demo mode, which is for this computer only."""
    if not conf.demo:
        return ok(SUBJECT, "Demo mode is off.")
    if conf.host in LOOPBACK:
        return ok(SUBJECT, "Demo mode is on, for this computer alone.")
    return warning(
        SUBJECT, f"Demo mode is on for anyone who can reach {conf.host}.", "Remove LATCHKEY_DEMO to serve people."
    )


def logo(path: str) -> Finding:
    """Judge the logo file that the environment names."""
    try:
        brands.logo_file(path)
    except (OSError, NotALogo) as error:
        fix = "Set LATCHKEY_BRAND_LOGO to an SVG or PNG file of up to 4 kB, or to nothing."
        return warning(SUBJECT, f"The logo is not shown: {error}", fix)
    return ok(SUBJECT, "The logo can be shown.")


def secret(length: int) -> Finding:
    """Judge the length of the secret key, in characters."""
    if length < SHORTEST_SECRET:
        fix = f"Set LATCHKEY_SECRET_KEY to at least {SHORTEST_SECRET} random characters."
        return fault(SUBJECT, f"The secret key has {length} characters.", fix)
    return ok(SUBJECT, "The secret key is long enough.")


def files(missing: list[str]) -> Finding:
    """Judge which templates and static files are missing."""
    if missing:
        return fault(SUBJECT, f"Files of the program are missing: {', '.join(missing)}.", FILES_FIX)
    return ok(SUBJECT, "Templates and static files are there.")


def _lacks_template(name: str) -> bool:
    try:
        get_template(name)
    except TemplateDoesNotExist:
        return True
    return False
