"""Whether the service in this container serves: asks /readyz as a load balancer would."""

import sys
from http.client import HTTPConnection

ADDRESS = ("127.0.0.1", 8000)
PATIENCE = 4  # seconds, less than the container engine has

if __name__ == "__main__":
    asking = HTTPConnection(*ADDRESS, timeout=PATIENCE)
    try:
        asking.request("GET", "/readyz")
        sys.exit(asking.getresponse().status != 200)  # noqa: PLR2004 - the one status that says so
    except OSError:
        sys.exit(1)
