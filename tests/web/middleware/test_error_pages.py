"""What comes of a request whose client goes silent before its end, as a phone that loses its connection."""

from django.test import Client


class Silent:
    """A body of which no more arrives; `gunicorn.conf.py` has such a read fail."""

    def read(self, *_):
        raise BlockingIOError

    readline = read


def post(address):
    return Client().post(address, **{"wsgi.input": Silent(), "CONTENT_LENGTH": "100"})


def test_an_incomplete_form_is_the_clients_error(db):
    for address in ("/saml/sso", "/oauth/revoke", "/api/v1/token"):
        assert post(address).status_code == 408, address
