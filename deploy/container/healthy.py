"""Whether the service in this container serves: asks /readyz as a load balancer would, by the name of its settings."""

import os
import sys
from http.client import HTTPConnection
from urllib.parse import urlsplit

ADDRESS = ("127.0.0.1", 8000)
PATIENCE = 4  # seconds, less than the container engine has

if __name__ == "__main__":
    asking = HTTPConnection(*ADDRESS, timeout=PATIENCE)
    try:
        asking.request("GET", "/readyz", headers={"Host": urlsplit(os.environ["LATCHKEY_BASE_URL"]).netloc})
        sys.exit(asking.getresponse().status != 200)  # noqa: PLR2004 - the one status that says so
    except OSError:
        sys.exit(1)
