"""Small servers on this computer that metadata is fetched from, with certificates of our own authority."""

import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


def _name(text):
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


@cache
def _authority(name):
    return ec.generate_private_key(ec.SECP256R1()), _name(name)


def _issued(subject, public, issuer, *extensions):
    key, name = issuer
    builder = x509.CertificateBuilder().subject_name(_name(subject)).issuer_name(name).public_key(public)
    now = datetime.now(UTC)
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
    builder = builder.not_valid_after(now + timedelta(days=300))
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def authority(name="an authority of the tests"):
    """Return the certificate of an authority, for SSL_CERT_FILE."""
    issuer = _authority(name)
    usage = x509.KeyUsage(
        digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    key_id = x509.SubjectKeyIdentifier.from_public_key(issuer[0].public_key())
    parts = ((x509.BasicConstraints(ca=True, path_length=None), True), (usage, True), (key_id, False))
    return _issued(name, issuer[0].public_key(), issuer, *parts)


def certificate_for(folder, *hosts, by="an authority of the tests"):
    """Write a certificate with its key for a server of these names, and return the file."""
    key, issuer = ec.generate_private_key(ec.SECP256R1()), _authority(by)
    found = [x509.IPAddress(ip_address(it)) if it[0].isdigit() else x509.DNSName(it) for it in hosts]
    holder = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer[0].public_key())
    pem = _issued(hosts[0], key.public_key(), issuer, (x509.SubjectAlternativeName(found), False), (holder, False))
    file = folder / f"{hosts[0]} by {by}.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + pem)
    return file


class Site(ThreadingHTTPServer):
    """A server that gives each path its answer: a function of the handler. `seen` holds what was asked."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, answers, pem=None):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers, self.seen = answers, []
        self.over = threading.Event()
        if pem:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(pem)
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    @property
    def port(self):
        return self.server_address[1]

    def handle_error(self, request, client_address):
        """A caller that hangs up is what half of the tests are about."""


class _Handler(BaseHTTPRequestHandler):
    timeout = 10

    def do_GET(self):
        self.server.seen.append((self.path, dict(self.headers)))
        self.server.answers[self.path](self)

    def log_message(self, *_):
        """Keep quiet."""


@contextmanager
def serving(answers, pem=None):
    """A site, for as long as the block lasts."""
    site = Site(answers, pem)
    thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.over.set()
        site.shutdown()
        site.server_close()
        thread.join()


def document(body, status=200, **headers):
    """An answer with a body."""

    def answer(handler):
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def leads_to(location, status=302):
    """A redirect."""
    return document(b"", status, Location=location)
