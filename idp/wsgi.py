"""The application as a WSGI server sees it."""

import gc
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

gc.disable()  # to look for rubbish among what is loaded, which stays, takes a fifth of the start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "idp.settings")

if settings.LATCHKEY.traces_to:  # before anything that is to be traced
    from idp import tracing

    tracing.begin()

application = get_wsgi_application()

from idp.web import fixed_addresses, start_up  # noqa: E402 - the packages have to be set up before

fixed_addresses.remember(get_resolver())
start_up.check()
start_up.close_connections()
gc.freeze()
gc.enable()
