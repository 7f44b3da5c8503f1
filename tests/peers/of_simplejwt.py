"""Run by the Python that has djangorestframework-simplejwt: of_simplejwt.py FILE-OR-DSN.

A refresh token is rotated, and the old one put on the blacklist, as often as each line of stdin says; answered by the
seconds of processor that one took, and of the clock.
"""

import sys
import time
from urllib.parse import urlsplit

import django
from django.conf import settings


def database(address):
    if not address.startswith("postgres"):
        options = {
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": address, "OPTIONS": options}
    url = urlsplit(address)
    named = {
        "NAME": url.path[1:],
        "USER": url.username,
        "PASSWORD": url.password,
        "HOST": url.hostname,
        "PORT": url.port,
    }
    return {"ENGINE": "django.db.backends.postgresql", **named}


settings.configure(
    SECRET_KEY="of nobody, and long enough for whoever signs by it",
    USE_TZ=True,
    DATABASES={"default": database(sys.argv[1])},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "rest_framework",
        "rest_framework_simplejwt",
        "rest_framework_simplejwt.token_blacklist",
    ],
    SIMPLE_JWT={"ROTATE_REFRESH_TOKENS": True, "BLACKLIST_AFTER_ROTATION": True},
)
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402 - needs the settings
from django.core.management import call_command  # noqa: E402 - needs the settings
from django.db import transaction  # noqa: E402 - needs the settings
from rest_framework_simplejwt.serializers import TokenRefreshSerializer  # noqa: E402 - needs the settings
from rest_framework_simplejwt.tokens import RefreshToken  # noqa: E402 - needs the settings

call_command("migrate", verbosity=0)
user = get_user_model().objects.create_user("ana")
shown = str(RefreshToken.for_user(user))


def rotate(token):
    with transaction.atomic():
        serializer = TokenRefreshSerializer(data={"refresh": token})
        serializer.is_valid(raise_exception=True)
    return serializer.validated_data["refresh"]


for line in sys.stdin:
    times, began, worked = int(line), time.perf_counter(), time.process_time()
    for _ in range(times):
        shown = rotate(shown)
    print((time.process_time() - worked) / times, (time.perf_counter() - began) / times, flush=True)  # noqa: T201
