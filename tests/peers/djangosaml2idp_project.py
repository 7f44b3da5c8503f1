"""A Django project with djangosaml2idp, for the Python that has it. FOLDER, URL, ENTITY and ACS are in the environment.

gunicorn serves `application`. Run as a program, it creates the database, a user and the service, and prints the session
cookies of eight browsers in which the user is signed in.
"""

import json
import os

import django
from django.conf import settings
from django.urls import include, path

FOLDER, URL, ENTITY, ACS = (os.environ[name] for name in ("FOLDER", "URL", "ENTITY", "ACS"))
MAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
BOTH = {"_sign_response": True, "_sign_assertion": True}
POST, REDIRECT = (f"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-{it}" for it in ("POST", "Redirect"))
THE_SERVICE = f"""<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{ENTITY}"
  validUntil="2036-01-01T00:00:00Z"><md:SPSSODescriptor AuthnRequestsSigned="false" WantAssertionsSigned="true"
  protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:NameIDFormat>{UNSPECIFIED}</md:NameIDFormat>
  <md:AssertionConsumerService Binding="{POST}" Location="{ACS}" index="0" isDefault="true"/></md:SPSSODescriptor>
</md:EntityDescriptor>"""

settings.configure(
    SECRET_KEY="only for this benchmark, and long enough for its signatures",
    ALLOWED_HOSTS=["*"],
    USE_TZ=True,
    ROOT_URLCONF=__name__,
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": f"{FOLDER}/db.sqlite3",
            "OPTIONS": {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"},
        }
    },
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "djangosaml2idp",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    SAML_IDP_CONFIG={
        "xmlsec_binary": "/usr/bin/xmlsec1",
        "entityid": f"{URL}/idp/metadata",
        "service": {
            "idp": {
                "name": "A peer",
                "endpoints": {"single_sign_on_service": [(f"{URL}/idp/sso/redirect/", REDIRECT)]},
                "name_id_format": [UNSPECIFIED, MAIL],
                "sign_response": True,
                "sign_assertion": True,
                "want_authn_requests_signed": False,
            }
        },
        "key_file": f"{FOLDER}/idp.key",
        "cert_file": f"{FOLDER}/idp.crt",
        "valid_for": 24,
    },
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402 - needs the settings

urlpatterns = [path("idp/", include("djangosaml2idp.urls"))]
application = get_wsgi_application()


def set_up():
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command
    from djangosaml2idp.models import ServiceProvider

    call_command("migrate", verbosity=0)
    user = get_user_model().objects.create_user("ana", "ana@acme.example", first_name="Ana", last_name="Smith")
    ServiceProvider.objects.create(entity_id=ENTITY, local_metadata=THE_SERVICE, **BOTH)
    for _ in range(8):
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        yield session.session_key


if __name__ == "__main__":
    print(json.dumps(list(set_up())))  # noqa: T201
