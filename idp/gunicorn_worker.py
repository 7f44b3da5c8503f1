"""gunicorn's worker with threads, whose accepting thread waits for nobody."""

from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

LOOK_EACH: float = 1.0
"""Seconds after which a process that ends looks for idle connections whose `keepalive` is over."""


class Worker(ThreadWorker):  # type: ignore[misc] # gunicorn has no types
    """Handles each request in a thread of a pool, as gunicorn's does. Two of its waits are shorter."""

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

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Wait for events, but look each second for idle connections to close.

        gunicorn looks only after an event. One idle connection would delay the end of a process by the whole
        `graceful_timeout`, and meanwhile a restarted server answers nobody.
        """
        super().wait_for_and_dispatch_events(min(timeout, LOOK_EACH))


def _close_again(*, graceful: bool = False) -> None:
    """Do nothing. The thread that accepts closes each connection too."""
