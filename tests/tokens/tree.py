"""One phone's tokens in plain memory: judged by the pure rules, moved on as `tokens.lifecycle` moves the rows."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from idp.tokens.rotation import LIFETIME, Family, Shown, Verdict, judge


@dataclass
class Row:
    jti: int
    device: int
    generation: int
    parent: int | None
    issued_at: datetime
    confirmed_at: datetime | None
    retired_at: datetime | None = None

    @property
    def expires_at(self):
        return self.issued_at + LIFETIME


@dataclass
class Tree:
    quiet: timedelta = timedelta(seconds=60)
    rows: list[Row] = field(default_factory=list)
    device: int = 1
    generation: int = 0
    revoked: bool = False

    def code(self, now):
        """Pass a code: the same device again, or another one if that was revoked. Returns the root."""
        if self.revoked:
            self.device, self.generation, self.revoked = self.device + 1, 0, False
        self.generation += 1
        self.retire(self.of_the_device, now)
        return self._hand_out(None, now)

    def show(self, jti, now):
        """Show a token. Returns the verdict, and the child that the answer brings, if any."""
        row = self.rows[jti]
        verdict = self.judged(row, now)
        if verdict is Verdict.COPIED:
            self.revoked = True
        if verdict is Verdict.CONFIRM:
            self.retire([other for other in self.of_the_device if other is not row], now)
            row.confirmed_at = now
        moves_on = verdict in {Verdict.NEXT, Verdict.CONFIRM}
        return verdict, self._hand_out(row, now) if moves_on else None

    def judged(self, row, now):
        own = self.own
        shown = Shown(
            generation=row.generation,
            issued_at=row.issued_at,
            expires_at=row.expires_at,
            confirmed_at=row.confirmed_at,
            retired_at=row.retired_at,
            children=sum(other.parent == row.jti for other in own),
        )
        family = Family(
            generation=self.generation,
            last_hand_out=max(other.issued_at for other in own),
            in_use=len(own) > 1,
            revoked=self.revoked or row.device != self.device,
        )
        return judge(shown, family, quiet=self.quiet, now=now)

    def crash(self, jti, now):
        """Show a token to a server that dies before it has committed anything."""

    def retire(self, rows, now):
        for row in rows:
            row.retired_at = row.retired_at or max(now, row.issued_at)

    def _hand_out(self, parent, now):
        born_confirmed = None if parent else now
        row = Row(len(self.rows), self.device, self.generation, parent.jti if parent else None, now, born_confirmed)
        self.rows.append(row)
        return row.jti

    @property
    def of_the_device(self):
        return [row for row in self.rows if row.device == self.device]

    @property
    def own(self):
        """The tokens of the device's present generation."""
        return [row for row in self.of_the_device if row.generation == self.generation]

    @property
    def current(self):
        return [row for row in self.of_the_device if row.confirmed_at and not row.retired_at]

    @property
    def offered(self):
        return [row for row in self.of_the_device if not row.confirmed_at and not row.retired_at]

    @property
    def retired(self):
        return {row.jti for row in self.rows if row.retired_at}
