"""A process from its start to its first response: python -m tests.speed.first_answer [bare].

Latchkey's is signed metadata. The environment is the caller's; nothing of the test suite is imported.
"""

import sys

from tests.speed.browser import Browser


def bare():
    from django.conf import settings

    settings.configure(ALLOWED_HOSTS=["localhost"], ROOT_URLCONF="tests.speed.bare", SECRET_KEY="benchmark only")
    from django.core.wsgi import get_wsgi_application

    return Browser(get_wsgi_application(), "bench", host="localhost").get("/")


def latchkey():
    from idp.wsgi import application

    answer = Browser(application, "bench").get("/saml/metadata", "signed")
    assert b"SignatureValue" in answer.body, answer.body
    return answer


if __name__ == "__main__":
    assert (bare if "bare" in sys.argv else latchkey)().status == 200
