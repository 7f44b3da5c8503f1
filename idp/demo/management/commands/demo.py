"""`manage.py demo`: a whole installation on this computer, to try it and for tests."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from http import HTTPStatus
from http.client import HTTPConnection
from queue import SimpleQueue
from typing import Any, NoReturn

import structlog
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from idp import clock, conf
from idp.demo import environment, history, seeds
from idp.demo.loopback import LOOPBACK
from idp.demo.sp import DemoSp
from idp.demo.verify_emulator import VerifyEmulator, make_server
from idp.keys import keyring
from idp.web.operators import links

LOG = conf.VAR / "demo.log"
PORT_TAKEN = 3
NOT_STARTED = 4
PATIENCE = 30.0
BEGAN = "LATCHKEY_DEMO_BEGAN"


class Command(BaseCommand):
    """Serves the IdP, the Verify emulator and the demo SP until SIGINT or SIGTERM."""

    help = "Runs Latchkey, an emulated Verify and an emulated Flex on this computer."

    def handle(self, **_: Any) -> None:
        """Migrate, add the demo's data, start the servers, print their addresses, and wait."""
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, _end)  # at once, since what was started until then has to be stopped
        began = float(os.environ.get(BEGAN) or time.time())
        first = environment.port()
        self._refuse_taken_ports(range(first, first + 3))
        self._say("Preparing the database in var/ …")
        structlog.configure(logger_factory=structlog.WriteLoggerFactory(file=LOG.open("a")))
        call_command("migrate", verbosity=0, interactive=False)
        now = clock.now()
        keyring.ensure(now)
        with ExitStack() as running:
            if settings.LATCHKEY.twilio.base_url:
                running.enter_context(_emulator(first + 1))
            sp = running.enter_context(DemoSp(settings.LATCHKEY.base_url, first + 2))
            operator = seeds.plant(sp.url)
            history.write(now)
            self._serve(first, running)
            self._say(_welcome(first, sp.url, links.make(operator, now), time.time() - began))
            _wait_for_signal()
        self._say("Stopped.")

    def _refuse_taken_ports(self, ports: range) -> None:
        for port in ports:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((LOOPBACK, port))
                except OSError:
                    self._give_up(
                        f"Port {port} is used by another program: stop it, or choose other ports "
                        f"with PORT={ports[0] + 100} make demo.",
                        PORT_TAKEN,
                    )

    def _serve(self, port: int, running: ExitStack) -> None:
        """Start the production server, have it stopped with the others, and wait until it answers."""
        self._say("Starting the servers …")
        with LOG.open("ab") as log:
            server = subprocess.Popen(  # noqa: S603 - our own interpreter and our own arguments
                [sys.executable, "-m", "gunicorn", "--bind", f"{LOOPBACK}:{port}", "idp.wsgi"],
                cwd=conf.ROOT,
                stdout=log,
                stderr=log,
            )
        running.callback(_stop, server)
        deadline = time.monotonic() + PATIENCE
        while server.poll() is None and time.monotonic() < deadline:
            if _answers(port):
                return
            time.sleep(0.05)
        self._give_up(f"The identity provider did not start: {LOG} says why.", NOT_STARTED)

    def _give_up(self, sentence: str, code: int) -> None:
        self.stderr.write(sentence)
        sys.exit(code)

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _emulator(port: int) -> VerifyEmulator:
    twilio = settings.LATCHKEY.twilio
    return make_server(
        port,
        account_sid=twilio.account_sid,
        username=twilio.username,
        password=twilio.password,
        service_sid=twilio.service_sid,
    )


def _answers(port: int) -> bool:
    connection = HTTPConnection(LOOPBACK, port, timeout=PATIENCE)
    try:
        connection.request("GET", "/readyz", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status == HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _stop(server: "subprocess.Popen[bytes]") -> None:
    server.terminate()
    try:
        server.wait(timeout=10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _end(number: int, _: object) -> NoReturn:
    sys.exit(128 + number)


def _wait_for_signal() -> None:
    received: SimpleQueue[int] = SimpleQueue()  # a handler may interrupt its methods and call them; not so an Event's
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda number, _: received.put(number))
    received.get()


def _welcome(first: int, sp_url: str, link: str, seconds: float) -> str:
    pretend = settings.LATCHKEY.twilio.base_url is not None
    if pretend:
        texts, leaves = f"http://localhost:{first + 1}/     (a pretend phone)", "nothing leaves this computer"
    else:
        texts, leaves = (
            "your own phone             (TWILIO_ACCOUNT_SID is set)",
            "texts are real and cost money",
        )
    return f"""
Ready in {seconds:.0f} s. From here on {leaves}.

  1  Sign in as an agent   {sp_url}/     (a pretend Flex; number +1 201 555 0101)
  2  Read the text there   {texts}
  3  Open the admin        {link}
                           (as Olivia Operator; this link works once)

To read the code, begin with docs/explanation/architecture.md, then idp/login/flow/dispatcher.py.
Log: var/demo.log       Stop: Ctrl+C       Start over: FRESH=1 make demo
"""
