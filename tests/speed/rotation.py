"""Token rotation on PostgreSQL, compared with the same statements sent by psycopg alone.

The statements are recorded during one rotation. When they are sent again, the current token and a new one replace the
recorded ones, so that every rotation writes other rows and is committed.
"""

import time
import uuid

from tests.speed.comparisons import Comparison
from tests.speed.place import somebody

APART = 61
"""Seconds between two rotations of a device: more than the minute within which a token is not rotated again."""


def comparisons(setting):
    if setting.vendor != "postgresql":
        return
    rotation, statements = Rotation(setting), Statements(setting)
    for name, clock in (("token rotation, speed", time.perf_counter), ("token rotation, CPU time", time.process_time)):
        required, goal = (0.30, 0.50) if clock is time.perf_counter else (None, None)
        yield Comparison(
            name, "the same statements by psycopg alone", rotation.rotate_once, statements.rotate_once,
            required, goal, clock=clock, is_speed=True,
        )  # fmt: skip


class Rotation:
    """A phone that returns every 61 seconds with its latest token, in the same transaction as a request."""

    def __init__(self, setting):
        from idp.agents import devices
        from idp.tokens import lifecycle
        from tests.devices import IPHONE

        self.clock, self.family = setting.clock, IPHONE.family
        enrolment = devices.enrol(somebody(next(setting.numbers)), IPHONE, None, self.clock.now())
        self.secret = enrolment.secret
        self.token = lifecycle.issue(enrolment.device, self.clock.now())
        self.rotate_once()

    def rotate_once(self):
        from django.db import transaction

        from idp.agents import device_rows
        from idp.tokens import lifecycle
        from idp.versions import version

        self.clock.on(seconds=APART)
        now = self.clock.now()
        with version.pinned(), transaction.atomic():
            version.assume_last_known()
            device = device_rows.find_and_hold(self.secret)
            shown = lifecycle.recognise(self.token, device, self.family, now)
            self.token = lifecycle.rotate(shown, device, now)
        assert self.token


class Statements:
    """The statements of one rotation, sent repeatedly."""

    def __init__(self, setting):
        import psycopg
        from django.db import connection

        from idp.tokens.models import LongLivedToken

        rotation, self.recorded = Rotation(setting), []
        newest = LongLivedToken.objects.order_by("-issued_at").values_list("jti", flat=True)
        self.was_shown = self.shown = newest[0]
        with connection.execute_wrapper(self._note):
            rotation.rotate_once()
        self.was_new = self.shown = newest[0]
        given = connection.get_connection_params()
        parameters = {name: given[name] for name in ("dbname", "user", "password", "host", "port") if name in given}
        self.connection = psycopg.connect(**parameters, cursor_factory=psycopg.ClientCursor)

    def _note(self, execute, sql, params, many, context):
        self.recorded.append((sql, tuple(params or ())))
        return execute(sql, params, many, context)

    def rotate_once(self):
        new = uuid.uuid4()
        instead = {self.was_shown: self.shown, self.was_new: new}
        with self.connection.transaction(), self.connection.cursor() as cursor:
            for sql, params in self.recorded:
                cursor.execute(sql, [instead.get(it, it) for it in params])
                if cursor.description:
                    cursor.fetchall()
        self.shown = new
