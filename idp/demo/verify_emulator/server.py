"""Runs the emulator on a port of this computer."""

from idp.demo.loopback import LoopbackServer
from idp.demo.verify_emulator.application import Application
from idp.demo.verify_emulator.emulator import Emulator
from idp.demo.verify_emulator.resources import Service


class VerifyEmulator(LoopbackServer):
    """A running emulator. `url` is its address, `state` its state; `close` stops it at once."""

    def __init__(self, port: int, service: Service) -> None:
        self.state = Emulator()
        super().__init__(Application(service, self.state), port)

    def close(self) -> None:
        """Stop listening, and release every waiting call."""
        self.state.close()
        super().close()


def make_server(port: int = 0, *, account_sid: str, username: str, password: str, service_sid: str) -> VerifyEmulator:
    """Start an emulator on the port, or with 0 on any free one. Raises OSError if the port is taken."""
    return VerifyEmulator(port, Service(account_sid, username, password, service_sid))
