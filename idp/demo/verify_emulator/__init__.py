"""A simulated Twilio Verify for the demo and tests. It answers Twilio's real SDK and shows the phones."""

from idp.demo.verify_emulator.server import VerifyEmulator, make_server

__all__ = ["VerifyEmulator", "make_server"]
