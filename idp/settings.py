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
from django.urls import base
from django.utils.translation import trans_real

from idp import conf, log_lines
from idp.conf import addresses

django_stubs_ext.monkeypatch()  # lets admin and form classes name their model, as the type checker wants

# Django asks each value of its settings at each reading whether it stands for another object's method, which none of
# these does. A sign-in reads about a hundred, most of them in Django; so they are read as any object's attributes are.
LazySettings.__getattribute__ = object.__getattribute__  # type: ignore[method-assign]

# It also asks at each look for a thread's connection, sixteen in a sign-in, whether an event loop runs. None does here.
# So it does for a thread's language, and for the prefix of addresses.
connections._connections = threading.local()  # type: ignore[attr-defined]
trans_real._active = threading.local()  # type: ignore[attr-defined]
base._prefixes = threading.local()  # type: ignore[attr-defined]

# A name server that does not answer is given up after 2 s, not after glibc's 10 (resolv.conf(5)): somebody waits for
# that, and no timeout of Python or of a library covers a lookup. Each further name server in /etc/resolv.conf adds as
# much, and a search domain there doubles the sum.
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
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "idp.web.operators.middleware.OperatorsChain",
]
OPERATORS_MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "idp.web.operators.guard.operators_only",
    "idp.web.departments.supervisors.LimitsSupervisors",
    "django.contrib.messages.middleware.MessageMiddleware",
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

# One write transaction at a time, begun as such: SQLite then waits its turn instead of failing at the commit. What was
# written goes from the log (16 MiB) into the file every 4,000 pages, not 1,000: many are written again until then.
# A connection keeps up to 16 MB of pages, not 2: with a million agents, the upper pages of all indexes fit in, and a
# sign-in with a code reads 280 pages instead of 430. Threads share connections, so a process keeps few of them.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 5,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=4000; PRAGMA cache_size=-16000;"
    ),
}
POOL = {
    # One for each of the 8 threads that answer and the 8 that text, and some for what else runs beside: whoever waits
    # for Twilio keeps a connection meanwhile, and must not keep it from phones that are signed in.
    "min_size": 2,
    "max_size": 20,
    "timeout": 5,
    # A connection that cannot be made is given up after this many seconds; whoever needs one tries again. Otherwise the
    # pauses between attempts double, and after a failover of 20 s nobody is served for 9 more.
    "reconnect_timeout": 5,
}
# A server that is gone without a word, as behind a firewall that forgot the connection: by themselves, systems notice
# after a quarter of an hour. So do requests then, and all that have come since.
DEAD_AFTER = {
    "connect_timeout": 3,
    "tcp_user_timeout": 6000,  # milliseconds without a sign that what was sent has arrived
    "keepalives_idle": 3,
    "keepalives_interval": 1,
    "keepalives_count": 3,
}
DATABASES = {"default": environ.Env.db_url_config(LATCHKEY.database_url)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A thread keeps its connection, since opening one reads the whole schema.
    DATABASES["default"] |= {"ENGINE": "idp.sqlite3", "OPTIONS": SQLITE_OPTIONS, "CONN_MAX_AGE": 600}
else:
    DATABASES["default"]["ENGINE"] = "idp.postgresql"
    DATABASES["default"]["OPTIONS"] = {
        **DEAD_AFTER,
        **DATABASES["default"].get("OPTIONS", {}),
        "pool": POOL,
        "options": "-c lock_timeout=5s",  # as patient as SQLite: a row that somebody else holds is no reason to hang
    }

# Nothing may depend on what is in these: see docs/explanation/redis.md before adding a use.
OWN_MEMORY = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 10_000}}
SHARED = {"BACKEND": "idp.cache.RedisThatMayBeAway", "LOCATION": LATCHKEY.redis_url, "KEY_PREFIX": "latchkey"}
CACHES = {"default": SHARED if LATCHKEY.redis_url else OWN_MEMORY, "own": {**OWN_MEMORY, "LOCATION": "own"}}

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"  # of the texts in the code, and of all that operators and programs read
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
WHITENOISE_ALLOW_ALL_ORIGINS = False  # nobody else has a use for our static files
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
    *("admin.E408", "admin.E409", "admin.E410"),  # what these look for is in OPERATORS_MIDDLEWARE
    "auth.W004",  # emails are unique without regard to letter case, which Django does not see
    "security.W008",  # the proxy redirects to HTTPS; behind it we would redirect for ever
    "security.W005",  # sub-domains are not ours to bind by HSTS
    "security.W021",  # nor to put on the preload list
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
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django.request": {"level": "CRITICAL"},  # our own middleware logs each failure, with its reference
        "django.security": {"level": "CRITICAL"},
        "twilio.http_client": {"level": "WARNING"},
    },
}
