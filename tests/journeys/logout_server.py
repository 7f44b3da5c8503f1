"""A service's server that receives LogoutRequests without a browser, as a form or by SOAP."""

import base64
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from lxml import etree

from idp.saml import names
from tests.pretend_service import SLO, idp_certificate, stamped, verified
from tests.saml.logout.peer import a_logout_response
from tests.saml.messages import signed

SOAP = names.SOAP_ENVELOPE
ENVELOPE = '<s:Envelope xmlns:s="{0}"><s:Body>{1}</s:Body></s:Envelope>'


class LogoutServer:
    """Listens on loopback. `requests` holds the LogoutRequests it received, their signatures verified.

    `answer` is what differs in its LogoutResponse from one that says that all has ended.
    """

    def __init__(self):
        self.requests, self.service, self.status, self.answer = [], None, 200, {}
        self.certificate = idp_certificate()  # once: a handler's thread would keep its database connection
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/logout"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def names(self):
        return [it.findtext(f"{{{names.ASSERTION}}}NameID") for it in self.requests]

    def take(self, body, content_type):
        if content_type.startswith("text/xml"):
            message = etree.tostring(etree.fromstring(body).find(f"{{{SOAP}}}Body")[0])
        else:
            message = base64.b64decode(parse_qs(body.decode())["SAMLRequest"][0])
        self.requests.append(verified(message, self.certificate))
        return self._answer(self.requests[-1]) if self.service else b""

    def _answer(self, request):
        given = {"ID": "_response", "InResponseTo": request.get("ID"), **stamped(SLO), "Destination": None}
        answer = signed(a_logout_response(issuer=self.service.issuer, **given | self.answer), self.service.pair)
        return ENVELOPE.format(SOAP, answer.decode()).encode()

    def _handler(self):
        place = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = place.take(body, self.headers["Content-Type"])
                self.send_response(place.status)
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for part in (answer[:100], answer[100:]) if place.status == 200 else ():
                    self._write_chunk(part)
                self.wfile.write(b"0\r\n\r\n")

            def _write_chunk(self, part):
                if part:
                    self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))

            def log_message(self, *_):
                """Stay quiet."""

        return Handler
