"""Rotates tokens with djangorestframework-simplejwt, in the Python that has it: simplejwt_rotation.py FILE-OR-URL.

Each line on stdin is a variant and a number of rotations; the answer is the seconds of one. A rotation issues a refresh
token and puts the old one on the blacklist. The rest is the library's default: HS256, one lookup of the user. Variants:

    serializer   the library's serializer, in one transaction
    persistent   its view, called by WSGI, behind the middleware of a new project; persistent connections
    default      the same with Django's default, a new connection for each request
"""

import json
import sys
import time
from io import BytesIO
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
    SECRET_KEY="only for this benchmark, and long enough for HS256",
    USE_TZ=True,
    DATABASES={"default": database(sys.argv[1])},
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "django.contrib.sessions",
        "django.contrib.messages",
        "rest_framework",
        "rest_framework_simplejwt",
        "rest_framework_simplejwt.token_blacklist",
    ],
    SIMPLE_JWT={"ROTATE_REFRESH_TOKENS": True, "BLACKLIST_AFTER_ROTATION": True},
)
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402 - needs the settings
from django.core.management import call_command  # noqa: E402 - needs the settings
from django.core.wsgi import get_wsgi_application  # noqa: E402 - needs the settings
from django.db import connection, transaction  # noqa: E402 - needs the settings
from django.urls import path  # noqa: E402 - needs the settings
from rest_framework_simplejwt.serializers import TokenRefreshSerializer  # noqa: E402 - needs the settings
from rest_framework_simplejwt.tokens import RefreshToken  # noqa: E402 - needs the settings
from rest_framework_simplejwt.views import TokenRefreshView  # noqa: E402 - needs the settings

urlpatterns = [path("token/refresh", TokenRefreshView.as_view())]
application = get_wsgi_application()
call_command("migrate", verbosity=0)
shown = str(RefreshToken.for_user(get_user_model().objects.create_user("ana")))


def by_serializer(token):
    with transaction.atomic():
        serializer = TokenRefreshSerializer(data={"refresh": token})
        serializer.is_valid(raise_exception=True)
    return serializer.validated_data["refresh"]


def by_view(token):
    body, status = json.dumps({"refresh": token}).encode(), []
    environ = {
        "REQUEST_METHOD": "POST", "PATH_INFO": "/token/refresh", "QUERY_STRING": "", "SCRIPT_NAME": "",
        "SERVER_NAME": "localhost", "SERVER_PORT": "443", "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "localhost",
        "REMOTE_ADDR": "198.51.100.7", "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body), "wsgi.url_scheme": "http", "wsgi.errors": BytesIO(), "wsgi.version": (1, 0),
        "wsgi.multithread": True, "wsgi.multiprocess": True, "wsgi.run_once": False,
    }  # fmt: skip
    answer = application(environ, lambda line, _: status.append(line))
    content = b"".join(answer)
    answer.close()
    assert status == ["200 OK"], (status, content)
    return json.loads(content)["refresh"]


VARIANTS = {"serializer": (by_serializer, None), "persistent": (by_view, None), "default": (by_view, 0)}
for line in sys.stdin:
    variant, times = line.split()
    rotate, connection.settings_dict["CONN_MAX_AGE"] = VARIANTS[variant]
    connection.close()
    shown = rotate(shown)
    began = time.perf_counter()
    for _ in range(int(times)):
        shown = rotate(shown)
    print((time.perf_counter() - began) / int(times), flush=True)  # noqa: T201
