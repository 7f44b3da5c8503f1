"""The environment variables of the tests, set before Django reads its settings.

This is a pytest plugin, because Django's settings are read before any conftest. Every worker gets its own ports and
database.
"""

import atexit
import os
import shutil
import socket
import sys
import tempfile

from cryptography.fernet import Fernet

VERIFY_PASSWORD = "a secret of the tests"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def held_port():
    """Reserve a free port: no other process can bind it until the server that it is for does."""
    holding = socket.socket()
    holding.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # so that the server may bind it too
    holding.bind(("127.0.0.1", 0))
    atexit.register(holding.close)
    return holding.getsockname()[1]


IDP_PORT, VERIFY_PORT = held_port(), held_port()
FOLDER = tempfile.mkdtemp(prefix="latchkey-tests-")
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
ENVIRONMENT = {
    "LATCHKEY_DEMO": "1",
    "LATCHKEY_BASE_URL": f"http://localhost:{IDP_PORT}",
    "LATCHKEY_SECRET_KEY": "only for tests, " * 4,
    "LATCHKEY_KEY_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "LATCHKEY_ORGANISATION": "Acme",
    "LATCHKEY_WRONG_CODE_SECONDS": "0",
    "LATCHKEY_REQUESTS_A_MINUTE": "0",  # all tests share one address, and the clock may stand still
    "LATCHKEY_LOG_LEVEL": "DEBUG",
    "LATCHKEY_VERIFY_BASE_URL": f"http://127.0.0.1:{VERIFY_PORT}",
    "TWILIO_ACCOUNT_SID": "AC" + "a" * 32,
    "TWILIO_API_KEY": "SK" + "c" * 32,
    "TWILIO_API_SECRET": VERIFY_PASSWORD,
    "TWILIO_VERIFY_SERVICE_SID": "VA" + "b" * 32,
}
os.environ.update(ENVIRONMENT)
os.environ.setdefault("DATABASE_URL", f"sqlite:///{FOLDER}/unused.sqlite3")
if os.environ.get("REDIS_URL"):  # each worker gets a numbered database of the same Redis
    own = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    os.environ["REDIS_URL"] = (
        f"{os.environ['REDIS_URL'].partition('?')[0]}?db={own}"  # the parent has added its own number
    )
os.environ["DJANGO_SETTINGS_MODULE"] = "idp.settings"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright runs an event loop in the thread of the test
os.environ["DJANGO_LIVE_TEST_SERVER_ADDRESS"] = f"localhost:{IDP_PORT}"

if __name__ == "__main__":  # python -m tests.environment mypy: run a module with these settings
    os.execv(sys.executable, [sys.executable, "-m", *sys.argv[1:]])
