"""Codes to try."""

import socket

ANA = "+12015550101"
BEN = "+12015550102"


def starts(verify):
    return verify.state.counters()["paths"].get("POST Verifications", 0)


def a_free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]
