"""A browser that calls the WSGI application in this process, so that no network and no second process is measured."""

import re
from io import BytesIO
from urllib.parse import urlencode, urlsplit


class Browser:
    """Calls the WSGI application as gunicorn does, and stores cookies."""

    def __init__(self, application, user_agent, address="198.51.100.7", cookies=(), host=""):
        self.application, self.user_agent, self.address = application, user_agent, address
        self.host = host or _own_host()
        self.cookies = dict(cookies)

    def get(self, path, query=""):
        return self._ask("GET", path, query, b"")

    def post(self, path, fields):
        return self._ask("POST", path, "", urlencode(fields).encode())

    def _ask(self, method, path, query, body):
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "SCRIPT_NAME": "",
            "SERVER_NAME": "localhost", "SERVER_PORT": "443", "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": self.host, "REMOTE_ADDR": self.address,
            "HTTP_USER_AGENT": self.user_agent, "HTTP_ACCEPT_LANGUAGE": "en-GB,en;q=0.9",
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": BytesIO(body), "wsgi.url_scheme": "http", "wsgi.errors": BytesIO(), "wsgi.version": (1, 0),
            "wsgi.multithread": True, "wsgi.multiprocess": True, "wsgi.run_once": False,
        }  # fmt: skip
        answer = Answer()
        chunks = self.application(environ, answer.begin)
        answer.body = b"".join(chunks)
        if hasattr(chunks, "close"):
            chunks.close()
        self._keep(answer)
        return answer

    def _keep(self, answer):
        for name, value in answer.headers:
            if name == "Set-Cookie":
                cookie, _, content = value.partition(";")[0].partition("=")
                if content in ("", '""'):
                    self.cookies.pop(cookie, None)
                else:
                    self.cookies[cookie] = content


class Answer:
    """The application's response."""

    def begin(self, status, headers, _exc_info=None):
        self.status, self.headers = int(status[:3]), headers

    @property
    def location(self):
        return next(value for name, value in self.headers if name == "Location")

    def hidden(self, name):
        found = re.search(rf'name="{name}" value="([^"]+)"', self.body.decode())
        assert found, f"no {name}: {self.status} {self.body[-1500:]!r}"
        return found.group(1)


def _own_host():
    from django.conf import settings

    return urlsplit(settings.LATCHKEY.base_url).netloc
