"""gunicorn's worker with threads, whose accepting thread waits for nobody."""

import signal
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

START_WITHIN = 10.0
"""Seconds for all threads to start, on a busy computer too."""
END_WITHIN = 5
"""Seconds that requests under way have after a fault of the thread that accepts."""
LOOK_EACH: float = 1.0
"""Seconds after which a process that ends looks for idle connections whose `keepalive` is over."""


class Worker(ThreadWorker):  # type: ignore[misc] # gunicorn has no types
    """Handles each request in a thread of a pool, as gunicorn's does. Some of its waits are shorter.

    The thread that accepts starts no other, as it would when more requests come: if the system allows no more threads,
    that is a fault, which ends the process.
    """

    def get_thread_pool(self) -> ThreadPoolExecutor:
        """Return the pool with all of its threads. If they cannot start, each begins when it is needed."""
        pool: ThreadPoolExecutor = super().get_thread_pool()
        all_there = Barrier(self.cfg.threads + 1)
        try:
            for _ in range(self.cfg.threads):
                pool.submit(all_there.wait)
            all_there.wait(START_WITHIN)
        except RuntimeError:
            all_there.abort()
        return pool

    def run(self) -> None:
        """Accept connections. After a fault the system ends the process if it does not end by itself.

        Python waits for all threads, however long they take, and meanwhile the master begins no other process.
        """
        try:
            super().run()
        except Exception:
            signal.alarm(END_WITHIN)
            raise

    def handle(self, conn: TConn) -> Any:  # noqa: ANN401 - the same
        """Handle a request, and close a connection that ends with it here, in the thread of the request.

        gunicorn leaves that to the thread that accepts, which waits up to two seconds for the client to close its side
        too. Waiting makes sense only if the client has sent what nobody has read (RFC 9112 section 9.6).
        """
        kept = super().handle(conn)
        if not kept:
            conn.data_ready = False
            conn.close(graceful=conn.wait_for_data(0))
            conn.close = _close_again
        return kept

    def finish_request(self, conn: TConn, fs: "Future[Any]") -> None:
        """Go on with a kept connection, with the next request if it was read together with the one that is over.

        gunicorn would wait for the socket to become readable, which it does not: the client would get no answer, and
        after `keepalive` its connection would close. That hits a proxy that keeps connections, such as a Kubernetes
        ingress, after a POST that was answered before its body was read.
        """
        is_kept = self.alive and not fs.cancelled() and fs.exception() is None and fs.result() is True
        if is_kept and conn.parser.unreader.buf.getvalue():
            self.enqueue_req(conn)
        else:
            super().finish_request(conn, fs)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Wait for events, but look each second for idle connections to close.

        gunicorn looks only after an event. One idle connection would delay the end of a process by the whole
        `graceful_timeout`, and meanwhile a restarted server answers nobody.
        """
        super().wait_for_and_dispatch_events(min(timeout, LOOK_EACH))


def _close_again(*, graceful: bool = False) -> None:
    """Do nothing. The thread that accepts closes each connection too."""
