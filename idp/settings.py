"""Django's settings, written from `conf`."""

import os
import sys
import threading

import django_stubs_ext
import environ
import structlog
from csp.constants import NONCE, NONE, SELF
from django.conf import LazySettings
from django.db import connections
from django.http import HttpRequest
from django.urls import base
from django.utils.translation import trans_real

from idp import conf, log_lines
from idp.conf import addresses

django_stubs_ext.monkeypatch()  # lets admin and form classes take their model as a type argument

# Django's settings object runs extra code at each read of a setting. A sign-in reads about a hundred settings, most of
# them inside Django, so they are read here as plain attributes.
LazySettings.__getattribute__ = object.__getattribute__  # type: ignore[method-assign]

# Django also checks for a running event loop whenever it looks up a thread's connection (sixteen times in a sign-in),
# language or URL prefix. There is no event loop here, so plain thread-local storage is enough.
connections._connections = threading.local()  # type: ignore[attr-defined]
trans_real._active = threading.local()  # type: ignore[attr-defined]
base._prefixes = threading.local()  # type: ignore[attr-defined]

# Django would decode a request by any codec that its Content-Type names. Some of Python's make no text, or text that no
# database holds. Browsers send forms in the charset of their page, UTF-8 (HTML Living Standard, section 4.10.21.5).
HttpRequest.encoding = property(lambda _: None, lambda _, __: None)  # type: ignore[assignment]  # None: UTF-8

# A name server that does not answer is abandoned after 2 s instead of glibc's 10 s (resolv.conf(5)), because a request
# waits for it and no timeout in Python covers a DNS lookup. Each further name server in /etc/resolv.conf adds as much,
# and a search domain doubles the sum.
os.environ.setdefault("RES_OPTIONS", "timeout:1 attempts:2")

try:
    LATCHKEY = conf.load(dict(os.environ))
except conf.ConfigurationError as error:
    sys.exit(f"{error}\nWhat mends each: python manage.py doctor")

BASE_DIR = conf.ROOT
SECRET_KEY = LATCHKEY.secret_key.get_secret_value()
DEBUG = False
ALLOWED_HOSTS = [LATCHKEY.host, *(addresses.LOOPBACK if LATCHKEY.demo else ())]
ROOT_URLCONF = "idp.urls"
WSGI_APPLICATION = "idp.wsgi.application"
AUTH_USER_MODEL = "agents.Agent"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "idp.web.apps.OperatorAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "csp",
    "idp.versions",
    "idp.branding",
    "idp.policies",
    "idp.keys",
    "idp.agents",
    "idp.otp",
    "idp.passkeys",
    "idp.tokens",
    "idp.sessions",
    "idp.audit",
    "idp.login",
    "idp.saml",
    "idp.native",
    "idp.importing",
    "idp.scim",
    "idp.webhooks",
    "idp.web",
    *(["idp.demo"] if LATCHKEY.demo else []),
]

MIDDLEWARE = [
    "idp.web.middleware.references.references",
    "idp.web.metrics.timing.measure_requests",
    "idp.web.middleware.proxies.UntrustedProxyWarning",
    "django.middleware.security.SecurityMiddleware",
    "idp.web.middleware.content_policy.content_policy",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "idp.web.middleware.compression.compress_responses",
    "idp.web.middleware.caching.no_store",
    "idp.web.middleware.languages.set_language",
    "idp.web.middleware.error_pages.ErrorPages",
    "idp.web.middleware.one_version.pin_version",
    "idp.web.middleware.bursts.limit_bursts",
    "idp.web.middleware.host_names.OwnHostName",
    "django.middleware.csrf.CsrfViewMiddleware",
    "idp.web.operators.middleware.OperatorsChain",
]
OPERATORS_MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "idp.web.operators.guard.operators_only",
    "idp.web.departments.supervisors.LimitsSupervisors",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "idp.web.context.organisation",
            ]
        },
    }
]

# IMMEDIATE: a write transaction takes the lock when it begins, so it waits its turn instead of failing at the commit.
# The write-ahead log is copied into the file every 4,000 pages instead of 1,000, because many pages are written several
# times until then. The page cache is 16 MB instead of 2: with a million agents, the upper pages of all indexes fit in
# it, and a sign-in with a code reads 280 pages instead of 430. Threads share connections, so a process has few of them.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 5,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=4000; PRAGMA cache_size=-16000;"
    ),
}
POOL = {
    # One for each of the 8 request threads and the 8 threads that send texts, and some for background work. A request
    # that waits for Twilio holds its connection, and must not take it away from phones that are signed in.
    "min_size": 2,
    "max_size": 20,
    "timeout": 5,
    # After this many seconds the pool stops trying to reconnect, and the next request starts again. Otherwise the
    # pauses between attempts double, and after a failover of 20 s no request succeeds for another 9 s.
    "reconnect_timeout": 5,
}
# Detects a server that disappeared without closing the connection, for example behind a firewall that dropped it. With
# the system's defaults that takes a quarter of an hour, and all requests wait meanwhile.
DEAD_AFTER = {
    "connect_timeout": 3,
    "tcp_user_timeout": 6000,  # milliseconds without an acknowledgement
    "keepalives_idle": 3,
    "keepalives_interval": 1,
    "keepalives_count": 3,
}
# The same in the other direction: a node that disappeared may have locked an agent's row, and PostgreSQL would keep the
# lock for two hours. This has it forget such a node as soon.
OF_THE_SERVER = {
    "lock_timeout": "5s",  # as long as SQLite's timeout
    "datestyle": "ISO",  # psycopg reads no other, which a database or role may have been given
    "tcp_user_timeout": DEAD_AFTER["tcp_user_timeout"],
    **{f"tcp_{name}": seconds for name, seconds in DEAD_AFTER.items() if name.startswith("keepalives")},
}
DATABASES = {"default": environ.Env.db_url_config(LATCHKEY.database_url)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A thread reuses its connection, because opening one reads the whole schema.
    DATABASES["default"] |= {"ENGINE": "idp.sqlite3", "OPTIONS": SQLITE_OPTIONS, "CONN_MAX_AGE": 600}
else:
    DATABASES["default"]["ENGINE"] = "idp.postgresql"
    DATABASES["default"]["OPTIONS"] = {
        **DEAD_AFTER,
        **DATABASES["default"].get("OPTIONS", {}),
        "pool": POOL,
        "options": " ".join(f"-c {name}={value}" for name, value in OF_THE_SERVER.items()),
    }

# Nothing may depend on the content of these caches. Read docs/explanation/redis.md before using them for more.
OWN_MEMORY = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 10_000}}
SHARED = {"BACKEND": "idp.cache.RedisThatMayBeAway", "LOCATION": LATCHKEY.redis_url, "KEY_PREFIX": "latchkey"}
CACHES = {"default": SHARED if LATCHKEY.redis_url else OWN_MEMORY, "own": {**OWN_MEMORY, "LOCATION": "own"}}

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"  # the language of texts in the code, of the admin, and of answers to programs
LANGUAGES = list(conf.LANGUAGES.items())
FORMAT_MODULE_PATH = "idp.web.formats"
LOCALE_PATHS = [BASE_DIR / "idp" / "locale"]

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

LOGIN_URL = "admin:login"
AUTHENTICATION_BACKENDS = ["idp.web.departments.supervisors.Rights"]
LOGIN_REDIRECT_URL = "admin:index"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "idp.web.operators.context_words.ContextWords"},
]
OTP_ADMIN_HIDE_SENSITIVE_DATA = True
OTP_TOTP_ISSUER = LATCHKEY.organisation

COOKIE_PREFIX = "__Host-" if LATCHKEY.https else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}latchkey-operator"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LATCHKEY.https
SESSION_COOKIE_AGE = 8 * 60 * 60
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}latchkey-form"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "idp.web.error_views.form_too_old"

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if LATCHKEY.https else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if LATCHKEY.trusted_proxies else None
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no other site uses our static files
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

SILENCED_SYSTEM_CHECKS = [
    *("admin.E408", "admin.E409", "admin.E410"),  # the middleware that these checks require is in OPERATORS_MIDDLEWARE
    "auth.W004",  # emails are unique, ignoring case, by a constraint that this check does not recognise
    "security.W008",  # the proxy redirects to HTTPS; a redirect here would loop
    "security.W005",  # Latchkey does not own the sub-domains, so HSTS leaves them out
    "security.W021",  # nor does it put the domain on the preload list
]

structlog.configure(
    processors=[log_lines.finish],
    wrapper_class=structlog.make_filtering_bound_logger(LATCHKEY.log_level.upper()),
    logger_factory=log_lines.FACTORY,
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": log_lines.FORMATTERS,
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "stream": log_lines.OURS}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django.request": {"level": "CRITICAL"},  # our middleware logs each failure, with its reference
        "django.security": {"level": "CRITICAL"},
        "twilio.http_client": {"level": "WARNING"},
        "gunicorn.http.wsgi": {"level": "ERROR"},  # it warns at each HEAD, whose body Django leaves to it to drop
    },
}
