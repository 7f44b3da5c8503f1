"""The rotation of a token on PostgreSQL, beside the same statements sent by psycopg alone.

The statements are noted while one rotation runs. Sent again, the token that is shown and the one that is handed
out take the places of those that were noted, so that every rotation is of other rows, and is committed.
"""

import time
import uuid

from tests.speed.place import somebody
from tests.speed.rounds import Contest

TURNS = 60
FURTHER = 61
"""Seconds between two rotations of one device: past the quiet minute."""


def contests(setting):
    if setting.vendor != "postgresql":
        return
    ours, same = Rotation(setting), Statements(setting)
    for name, clock in (("token rotation, speed", time.perf_counter), ("token rotation, CPU time", time.process_time)):
        must, aim = (0.30, 0.50) if clock is time.perf_counter else (None, None)
        yield Contest(
            name, "the same statements by psycopg alone", ours.turn, same.turn, must, aim, clock=clock, turned=True
        )


class Rotation:
    """A phone that comes back every 61 seconds and shows the token it got last, each time as in a request."""

    def __init__(self, setting):
        from idp.agents import devices
        from idp.tokens import lifecycle
        from tests.devices import IPHONE

        self.clock, self.family = setting.clock, IPHONE.family
        enrolment = devices.enrol(somebody(next(setting.numbers)), IPHONE, None, self.clock.now())
        self.secret = enrolment.secret
        self.token = lifecycle.issue(enrolment.device, self.clock.now())
        self.turn()

    def turn(self):
        from django.db import transaction

        from idp.agents import devices
        from idp.tokens import lifecycle
        from idp.versions import version

        self.clock.on(seconds=FURTHER)
        now = self.clock.now()
        with version.pinned(), transaction.atomic():
            version.assume_last_known()
            device = devices.find_and_hold(self.secret)
            shown = lifecycle.recognise(self.token, device, self.family, now)
            self.token = lifecycle.rotate(shown, device, now)
        assert self.token


class Statements:
    """The statements of one rotation, sent again and again."""

    def __init__(self, setting):
        import psycopg
        from django.db import connection

        from idp.tokens.models import LongLivedToken

        rotation, self.noted = Rotation(setting), []
        newest = LongLivedToken.objects.order_by("-issued_at").values_list("jti", flat=True)
        self.was_shown = self.shown = newest[0]
        with connection.execute_wrapper(self._note):
            rotation.turn()
        self.was_new = self.shown = newest[0]
        given = connection.get_connection_params()
        parameters = {name: given[name] for name in ("dbname", "user", "password", "host", "port") if name in given}
        self.connection = psycopg.connect(**parameters, cursor_factory=psycopg.ClientCursor)

    def _note(self, execute, sql, params, many, context):
        self.noted.append((sql, tuple(params or ())))
        return execute(sql, params, many, context)

    def turn(self):
        new = uuid.uuid4()
        instead = {self.was_shown: self.shown, self.was_new: new}
        with self.connection.transaction(), self.connection.cursor() as cursor:
            for sql, params in self.noted:
                cursor.execute(sql, [instead.get(it, it) for it in params])
                if cursor.description:
                    cursor.fetchall()
        self.shown = new
