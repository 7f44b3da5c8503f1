"""The state of the emulator, behind one lock, so that parallel calls are counted exactly."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from idp.demo.verify_emulator.buckets import Bucket, Buckets, RateLimit
from idp.demo.verify_emulator.misbehaviour import LONGEST_WAIT, NUMBERS, WELL_BEHAVED, Fault, Faults
from idp.demo.verify_emulator.outbox import Message, Outbox, message_for
from idp.demo.verify_emulator.refusals import CHECKS_USED, NO_SAFE_LIST, NOT_FOUND, TOO_MANY_REQUESTS, Refusal
from idp.demo.verify_emulator.safe_list import SafeList
from idp.demo.verify_emulator.set_up import SetUp
from idp.demo.verify_emulator.state import CHECKS_SPENT, EXPIRED, Variants, Verification, Verifications

ARRIVAL_INTERVAL = 0.5
"""Seconds between two checks for a message that has been sent and not arrived."""


class Emulator:
    """One simulated Verify service: its verifications, phones, clock, faults and counters. Thread-safe."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._clear()

    def _clear(self) -> None:
        self._ahead = timedelta(0)
        self._verifications = Verifications()
        self._outbox = Outbox()
        self._faults = Faults()
        self._buckets = Buckets()
        self._safe_list = SafeList()
        self._set_up = SetUp()
        self._calls_by_path: Counter[str] = Counter()
        self._calls_by_number: Counter[str] = Counter()

    def now(self) -> datetime:
        """Return the time by the emulator's movable clock."""
        return datetime.now(UTC) + self._ahead

    def start(self, to: str, channel: str, limits: Mapping[str, str], *, template: str = "") -> Verification | Refusal:
        """Begin a verification or resend its code, and deliver the message to the phone."""
        misbehaviour = NUMBERS.get(to, WELL_BEHAVED)
        with self._changed:
            self._calls_by_number[to] += 1
            now = self.now()
            if wait := self._buckets.admit(limits, now):
                return replace(TOO_MANY_REQUESTS, retry_after=wait)
            refusals = (self._set_up.refusal(to, channel, template), misbehaviour.at_start(channel))
            refusal = next((it for it in refusals if it and not self._safe_list.spares(to, it)), None)
            outcome = refusal or self._verifications.start(to, channel, now)
            if isinstance(outcome, Verification):
                self._outbox.add(message_for(outcome, outcome.sends[-1], now + misbehaviour.delay))
                self._changed.notify_all()
            return outcome

    def check(self, *, sid: str, to: str, code: str) -> Verification | Refusal:
        """Check a code for the verification with this SID or, without one, for the number."""
        with self._changed:
            now = self.now()
            found = self._verifications.find(sid, now) if sid else self._verifications.find_by_number(to, now)
            if found is None:
                return self._verifications.check(None, code, now)
            self._calls_by_number[found.to] += 1
            misbehaviour = NUMBERS.get(found.to, WELL_BEHAVED)
            return self._misjudge(found, misbehaviour.check) or self._verifications.check(found, code, now)

    def _misjudge(self, found: Verification, refusal: Refusal | None) -> Refusal | None:
        end = {NOT_FOUND: EXPIRED, CHECKS_USED: CHECKS_SPENT}
        if refusal in end:
            self._verifications.end(found, end[refusal], self.now())
        return refusal

    def fetch(self, sid: str) -> Verification | Refusal:
        """Return a verification."""
        with self._changed:
            return self._counted(self._verifications.fetch(sid, self.now()))

    def cancel(self, sid: str) -> Verification | Refusal:
        """Cancel a verification."""
        with self._changed:
            return self._counted(self._verifications.cancel(sid, self.now()))

    def approve(self, sid: str) -> Verification | Refusal:
        """Approve a verification without a code."""
        with self._changed:
            return self._counted(self._verifications.approve(sid, self.now()))

    def _counted(self, outcome: Verification | Refusal) -> Verification | Refusal:
        if isinstance(outcome, Verification):
            self._calls_by_number[outcome.to] += 1
        return outcome

    def deliver(self, to: str, channel: str, text: str) -> datetime:
        """Deliver a message without a code to the phone. Returns the instant of its arrival."""
        with self._changed:
            now = self.now()
            self._outbox.add(Message(to, channel, "", now, text))
            self._changed.notify_all()
            return now

    def messages(self, to: str | None = None, *, after: int = 0, wait: float = 0.0) -> list[Message]:
        """Return what has arrived, newest first. Waits up to `wait` seconds for more than `after` messages."""
        deadline = time.monotonic() + min(wait, LONGEST_WAIT)
        with self._changed:
            while len(found := self._outbox.arrived(to, self.now())) <= after:
                left = deadline - time.monotonic()
                if left <= 0 or self._closing.is_set():
                    break
                self._changed.wait(min(left, ARRIVAL_INTERVAL))
            return found

    def take_fault(self, path: str) -> Fault | None:
        """Count a call, and return the fault that applies to it."""
        with self._changed:
            self._calls_by_path[path] += 1
            return self._faults.take()

    def counters(self) -> dict[str, dict[str, int]]:
        """Return the number of calls so far, per path and per number."""
        with self._changed:
            return {"paths": dict(self._calls_by_path), "numbers": dict(self._calls_by_number)}

    @property
    def variants(self) -> Variants:
        """Return which of the contradictory reports the emulator follows."""
        return self._verifications.variants

    @property
    def set_up(self) -> SetUp:
        """Return the service's configuration."""
        return self._set_up

    def set_up_as(self, set_up: SetUp) -> None:
        """Change the service's configuration."""
        with self._changed:
            self._set_up = set_up

    def advance(self, seconds: float) -> None:
        """Move the clock forward."""
        with self._changed:
            self._ahead += timedelta(seconds=seconds)
            self._changed.notify_all()

    def follow(self, variants: Variants) -> None:
        """Follow these reports from now on."""
        with self._changed:
            self._verifications.variants = variants

    def order_faults(self, faults: list[Fault]) -> None:
        """Apply these faults to the next calls."""
        with self._changed:
            self._faults.order(faults)

    def configure_buckets(self, buckets: Mapping[str, Bucket]) -> None:
        """Replace the Service Rate Limits."""
        with self._changed:
            self._buckets.configure(buckets, self.now())

    def rate_limits(self) -> list[RateLimit]:
        """Return the Service Rate Limits, oldest first."""
        with self._changed:
            return self._buckets.keys

    def make_rate_limit(self, name: str, description: str) -> RateLimit | None:
        """Add a Service Rate Limit. Returns None if the name is taken or empty."""
        with self._changed:
            return self._buckets.make_key(name, description, self.now()) if name else None

    def make_bucket(self, rate_limit: str, bucket: Bucket) -> Bucket | None:
        """Add a bucket to a Service Rate Limit. Returns None if there is no such limit."""
        with self._changed:
            return self._buckets.make_bucket(rate_limit, bucket)

    def safe_list_add(self, number: str) -> str | Refusal:
        """Add a number to the safe list. Returns its SID there."""
        return self._of_safe_list(self._safe_list.add, number)

    def safe_list_find(self, number: str) -> str | Refusal:
        """Return the SID of a number on the safe list."""
        return self._of_safe_list(self._safe_list.find, number)

    def safe_list_remove(self, number: str) -> str | Refusal:
        """Remove a number from the safe list. Returns the SID it had."""
        return self._of_safe_list(self._safe_list.remove, number)

    def _of_safe_list(self, act: Callable[[str], str | Refusal], number: str) -> str | Refusal:
        with self._changed:
            if not self._set_up.safe_list:
                return NO_SAFE_LIST
            return self._safe_list.admit(self.now()) or act(number)

    def reset(self) -> None:
        """Delete all state, and reset the clock."""
        with self._changed:
            self._clear()
            self._changed.notify_all()

    def idle(self, seconds: float) -> None:
        """Delay a call by that many seconds, or until the emulator closes."""
        self._closing.wait(min(seconds, LONGEST_WAIT))

    def close(self) -> None:
        """Release all waiting calls."""
        self._closing.set()
        with self._changed:
            self._changed.notify_all()
