"""PgBouncer, which gives each transaction whichever of its two connections is free."""

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection

from tests.another_database import connected_to
from tests.cluster.processes import Program
from tests.environment import free_port
from tests.waiting import until

ROOTS_STAND_IN = "postgres" if os.geteuid() == 0 else None
"""PgBouncer refuses to run as root."""
SETTINGS = """[databases]
* = host={HOST} port={PORT}
[pgbouncer]
listen_port = {port}
unix_socket_dir = {folder}
auth_type = trust
auth_file = {folder}/accounts
pool_mode = transaction
default_pool_size = 2
ignore_startup_parameters = options
"""


@contextmanager
def by_way_of_a_pooler(**settings):
    """Connect this thread through PgBouncer: to the test's database, with these settings changed."""
    own, port = connection.settings_dict, free_port()
    with TemporaryDirectory() as named:
        folder = Path(named)
        (folder / "settings").write_text(SETTINGS.format(**own, port=port, folder=folder))
        (folder / "accounts").write_text('"{USER}" "{PASSWORD}"\n'.format(**own))
        if ROOTS_STAND_IN:
            shutil.chown(folder, ROOTS_STAND_IN)
        program = Program(["/usr/sbin/pgbouncer", str(folder / "settings")], folder / "log", user=ROOTS_STAND_IN)
        try:
            program.start()
            until((folder / f".s.PGSQL.{port}").exists)
            with connected_to(HOST=named, PORT=port, **settings):
                yield
        finally:
            program.kill()
