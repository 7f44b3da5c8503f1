"""A running emulator, called by plain HTTP."""

import pytest
import requests

from idp.demo.verify_emulator import make_server

ACCOUNT = "AC" + "a" * 32
SERVICE = "VA" + "b" * 32
USERNAME = "SK" + "c" * 32
PASSWORD = "a secret of the tests"


class Client:
    """The emulator as seen over HTTP. Each call returns the response."""

    def __init__(self, url):
        self.url = url
        self.service = f"{url}/v2/Services/{SERVICE}"
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.auth = (USERNAME, PASSWORD)

    def start(self, to, channel="sms", **fields):
        return self.http.post(f"{self.service}/Verifications", data={"To": to, "Channel": channel, **fields})

    def check(self, sid, code):
        return self.http.post(f"{self.service}/VerificationCheck", data={"VerificationSid": sid, "Code": code})

    def fetch(self, sid):
        return self.http.get(f"{self.service}/Verifications/{sid}")

    def cancel(self, sid):
        return self.http.post(f"{self.service}/Verifications/{sid}", data={"Status": "canceled"})

    def control(self, **orders):
        return self.http.post(f"{self.url}/control", json=orders)

    def counters(self):
        return self.http.get(f"{self.url}/control").json()

    def outbox(self, to, **query):
        return self.http.get(f"{self.url}/outbox.json", params={"to": to, **query}).json()

    def code(self, to):
        return self.outbox(to)[0]["code"]

    def wrong_code(self, to):
        return "111111" if self.code(to) != "111111" else "222222"


@pytest.fixture
def verify():
    server = make_server(0, account_sid=ACCOUNT, username=USERNAME, password=PASSWORD, service_sid=SERVICE)
    with server as emulator:
        yield emulator


@pytest.fixture
def client(verify):
    return Client(verify.url)
