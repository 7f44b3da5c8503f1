"""Traces of a sign-in reach a collector, and contain no personal data."""

import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from idp.demo import seeds
from idp.demo.sp import DemoSp
from tests.phone import NUMBER, Phone
from tests.races.installation import PATIENCE, Installation, on_sqlite
from tests.user_agents import IPHONE

pytestmark = [pytest.mark.slow, pytest.mark.each_database]


@pytest.fixture
def collector():
    """Yields its address, and the list of what it was sent."""
    sent = []

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self):
            sent.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Taking)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", sent
    server.shutdown()
    server.server_close()
    thread.join()


def spans(sent):
    read = [ExportTraceServiceRequest.FromString(it) for it in sent]
    return [span for it in read for of in it.resource_spans for scope in of.scope_spans for span in scope.spans]


def test_a_sign_in_is_traced_by_route_and_statement_and_nobody_is_named(
    transactional_db, keys, verify, tmp_path, collector
):
    address, sent = collector
    traced = {"OTEL_EXPORTER_OTLP_ENDPOINT": address, "OTEL_BSP_SCHEDULE_DELAY": "100", "WEB_CONCURRENCY": "1"}
    with Installation(tmp_path, **traced) as place, DemoSp(place.url) as sp:
        seeds.plant(sp.url)
        phone = Phone(sp.url, verify, IPHONE)
        assert phone.sign_in()["signed_in"]
        assert phone.sign_in_silently()["signed_in"]
        code, cookies = phone.code(), [it.value for it in phone.http.cookies]
        wanted = {"GET /saml/sso", "POST /login/<uuid:flow_id>", "POST"} | (set() if on_sqlite() else {"postgresql"})
        deadline = time.monotonic() + PATIENCE
        while not wanted <= {it.name for it in spans(sent)}:
            assert time.monotonic() < deadline, {it.name for it in spans(sent)}
            time.sleep(0.05)
    told = b"".join(sent)
    secrets = [NUMBER, NUMBER.removeprefix("+"), "@acme.example", "SAMLRequest", code, *cookies, "Mozilla"]
    assert [it for it in secrets if it.encode() in told] == []
