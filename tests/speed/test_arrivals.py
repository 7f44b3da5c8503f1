"""When agents arrive, and what the driver reports, which sends requests without waiting for responses."""

import base64
import json
import random
import subprocess
import sys
from itertools import pairwise
from socketserver import StreamRequestHandler, UnixStreamServer
from threading import Thread

import pytest

from idp.saml.signatures.signing import SamlKey, Sign
from tests.saml.inspection import ours
from tests.saml.keys import a_pair
from tests.speed import arrivals, signed
from tests.speed.comparisons import Figure

ANSWER = b'HTTP/1.1 200 OK\r\n\r\n<input name="SAMLResponse" value="' + b"A" * 1000 + b'">'


def test_a_thousand_agents_arrive_within_one_second():
    instants = arrivals.at_once(random.Random(1))
    assert len(instants) == 1000
    assert instants == sorted(instants)
    assert 0 <= instants[0] <= instants[-1] <= 1


def test_agents_arrive_at_random_times_at_the_given_average_rate():
    instants = arrivals.poisson(random.Random(1), 100, 50)
    gaps = [later - sooner for sooner, later in pairwise(instants)]
    assert 45 < instants[-1] < 55
    assert min(gaps) < 0.001
    assert max(gaps) > 0.04


@pytest.mark.parametrize(("part", "found"), [(0.5, 51), (0.99, 100), (1, 100)])
def test_a_percentile_of_waits(part, found):
    assert arrivals.share(range(1, 101), part) == found


def test_a_figure_without_a_required_value_has_no_verdict():
    assert Figure("sign-ins a second", 300, "").reached == ""


@pytest.fixture
def one_at_a_time(tmp_path):
    """A server that answers one request at a time and counts them."""
    with UnixStreamServer(str(tmp_path / "socket"), Answering) as server:
        server.requests = 0
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class Answering(StreamRequestHandler):
    def handle(self):
        while self.rfile.readline().strip():
            pass
        self.server.requests += 1
        self.wfile.write(ANSWER if self.server.requests != 2 else b"HTTP/1.1 503 Busy\r\n\r\n")


@pytest.mark.parametrize("instants", [(0, 0, 0.01), (None, None, None)], ids=["scheduled", "one after another"])
def test_the_driver_reports_each_wait_and_each_missing_response(one_at_a_time, instants):
    schedule = json.dumps([(at, "GET / HTTP/1.1\r\n\r\n") for at in instants])
    command = [sys.executable, "-m", "tests.speed.driver", one_at_a_time.server_address]
    report = json.loads(subprocess.run(command, input=schedule, capture_output=True, text=True, check=True).stdout)
    assert one_at_a_time.requests == 3
    assert all(0 <= late < wait for late, wait, _ in report["answers"])
    assert sorted(got for *_, got in report["answers"]) == [False, True, True]


@pytest.mark.parametrize(("mode", "unsigned"), [(Sign.ASSERTION, "Response"), (Sign.RESPONSE, "Assertion")])
def test_a_page_with_only_one_signature_is_not_comparable(mode, unsigned):
    with pytest.raises(AssertionError, match=f"{unsigned} is not signed"):
        signed.check(a_page(mode), a_pair("idp").certificate)


def test_a_page_with_both_signatures_is_comparable():
    signed.check(a_page(Sign.BOTH), a_pair("idp").certificate)


def a_page(mode):
    pair = a_pair("idp")
    octets = ours.sent(SamlKey.load(pair.private_pem, pair.certificate), signed=mode).octets
    return f'<input name="SAMLResponse" value="{base64.b64encode(octets).decode()}">'
