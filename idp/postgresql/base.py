"""The backend of `settings.DATABASES` on PostgreSQL: no request gets a connection that is dead.

A restart of the server, or a failover, ends all connections of the pool. Unchecked, each of them turns one person away;
the pool's own check pauses after each dead one it meets, for seconds where there are some. Here the first dead one has
all of them looked at.
"""

from typing import Any

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that answered when it was taken from the pool."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:  # noqa: ANN401 - as untyped as the overridden
        """Take a connection from the pool, and have the pool renewed if that one is dead."""
        connection = super().get_new_connection(conn_params)
        if (pool := self.pool) is None:
            return connection
        try:
            pool.check_connection(connection)
        except self.Database.OperationalError:
            pool.putconn(connection)
            pool.check()
            connection = super().get_new_connection(conn_params)
        return connection
