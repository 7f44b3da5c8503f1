"""The names in templates that a view does not give. Django renders them as nothing."""

import logging
import sys
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

OWN = str(settings.BASE_DIR / "templates")
SAMPLE = "admin/brand_preview.html"
"""A page for agents without most of what it can show."""
NOT_ON_EVERY_PAGE = {"admin/base_site.html: form", "login/form_script.html: web_otp"}
LOGGER = logging.getLogger("django.template")


@contextmanager
def missing():
    """Yield a set that fills with the names, in any thread: `error.html: advice`. Django's own templates may miss any.

    What an object is asked that is None does not count.
    """
    found = set()
    handler = logging.Handler()
    handler.emit = lambda record: found.update(set(_named(record)) - NOT_ON_EVERY_PAGE)
    before = LOGGER.level
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.DEBUG)
    LOGGER.propagate = False  # nobody else has to format a whole context
    try:
        yield found
    finally:
        LOGGER.propagate = True
        LOGGER.setLevel(before)
        LOGGER.removeHandler(handler)


def _named(record):
    name, page = record.args
    template = _rendered_now()
    within = getattr(record.exc_info[1], "params", [None, ...])[1]
    if template.is_relative_to(OWN) and page != SAMPLE and within is not None:
        yield f"{template.relative_to(OWN)}: {name}"


def _rendered_now():
    """Return the file of the tag that is being rendered. The log names only the page that extends or includes it."""
    frame = sys._getframe()
    while frame.f_code.co_name != "render_annotated":
        frame = frame.f_back
    return Path(frame.f_locals["self"].origin.name)
