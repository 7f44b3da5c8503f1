"""A pretend Twilio Verify for the demo and the tests: it answers the real SDK and shows the phones."""

from idp.demo.verify_emulator.server import VerifyEmulator, make_server

__all__ = ["VerifyEmulator", "make_server"]
