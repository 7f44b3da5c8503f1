"""A web server of this computer that answers as it is told, by HTTP or with a certificate of an own authority."""

import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

HEALTHY = ("200 OK", "text/plain", b"ok\n")


class _Handler(WSGIRequestHandler):
    def log_message(self, *_):
        pass


class _Server(WSGIServer):
    def handle_error(self, *_):
        """Whoever does not trust the certificate hangs up, and that is the matter of the test."""


@contextmanager
def a_web_server(answers, certificate=None, headers=()):
    """Serve {path: (status, content type, body)}. Yields the address."""

    def application(environ, start_response):
        status, kind, body = answers.get(environ["PATH_INFO"], ("404 Not Found", "text/html", b"?"))
        start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body))), *headers])
        return [body]

    server = make_server("127.0.0.1", 0, application, server_class=_Server, handler_class=_Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"{'https' if certificate else 'http'}://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


class Authority:
    """Somebody who signs certificates; `path` holds its own, to be trusted."""

    def __init__(self, folder):
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority of the tests")])
        own = self._certificate(self.name, self.key, timedelta(days=1000), x509.BasicConstraints(True, None))
        self.path = folder / "authority.pem"
        self.path.write_bytes(own)

    def certify(self, host="localhost", lasts=timedelta(days=90)):
        """Write a key and its certificate into one file and return its path."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        path = self.folder / f"{host}.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        hosts = x509.SubjectAlternativeName([x509.DNSName(host)])
        path.write_bytes(private + self._certificate(name, key, lasts, hosts))
        return path

    def _certificate(self, name, key, lasts, extension):
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(self.name).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number()).add_extension(extension, critical=False)
        builder = builder.not_valid_before(now - timedelta(days=200)).not_valid_after(now + lasts)
        ours = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        builder = builder.add_extension(ours, critical=False)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        return builder.sign(self.key, SHA256()).public_bytes(Encoding.PEM)
