"""How gunicorn serves the application. Threads, because a sign-in waits on Twilio; one process on SQLite."""

import os

workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
threads = 8
worker_class = "gthread"
# A signed request with 4 kB of RelayState is longer than the default line; the application refuses over 32 kB.
limit_request_line = 0
keepalive = 5
timeout = 60
graceful_timeout = 10
control_socket_disable = True
preload_app = False
