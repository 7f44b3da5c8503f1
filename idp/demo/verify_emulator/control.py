"""The control address for tests and developers: `GET /control` reads the state, `POST /control` changes behaviour."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import timedelta

from idp.demo.verify_emulator.buckets import Bucket
from idp.demo.verify_emulator.emulator import Emulator
from idp.demo.verify_emulator.exchange import Answer, Request, json_answer
from idp.demo.verify_emulator.misbehaviour import Fault
from idp.demo.verify_emulator.resources import instant
from idp.demo.verify_emulator.set_up import CHANNELS, SetUp
from idp.demo.verify_emulator.state import Variants

COMMANDS = frozenset(
    {"reset", "advance", "variants", "buckets", "faults", "channels", "countries_off", "templates", "safe_list"}
)
FARTHEST_MOVE = 366 * 86400.0
"""The most seconds by which one order moves the clock."""


def answer(request: Request, emulator: Emulator) -> Answer:
    """Carry out a request's orders, and return the time, the variants and the calls so far."""
    if request.method == "POST":
        try:
            obey(json.loads(request.body), emulator)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
            return json_answer(400, {"error": str(error)})
    now = {"now": instant(emulator.now()), "variants": asdict(emulator.variants)}
    now |= {"channels": sorted(emulator.set_up.channels)}
    return json_answer(200, {**now, **emulator.counters()})


def obey(orders: Mapping[str, object], emulator: Emulator) -> None:
    """Carry out all orders, or none if one is malformed."""
    if unknown := set(orders) - COMMANDS:
        raise ValueError(f"unknown orders: {sorted(unknown)}")
    reset = bool(orders.get("reset"))
    seconds = _seconds(orders.get("advance", 0))
    variants = _variants(orders.get("variants", {}), Variants() if reset else emulator.variants)
    buckets = {name: _bucket(bucket) for name, bucket in _map(orders.get("buckets", {})).items()}
    faults = [Fault.parse(_map(fault)) for fault in _list(orders.get("faults", []))]
    set_up = _set_up(orders, SetUp() if reset else emulator.set_up)
    if reset:
        emulator.reset()
    emulator.set_up_as(set_up)
    emulator.advance(seconds)
    emulator.follow(variants)
    if buckets:
        emulator.configure_buckets(buckets)
    emulator.order_faults(faults)


def _seconds(value: object) -> float:
    seconds = _number(value)
    if not abs(seconds) <= FARTHEST_MOVE:
        raise ValueError("the clock moves by a year at most")
    return seconds


def _variants(wanted: object, present: Variants) -> Variants:
    flags = {name: bool(on) for name, on in _map(wanted).items()}
    if unknown := set(flags) - Variants.names():
        raise ValueError(f"unknown variants: {sorted(unknown)}")
    return replace(present, **flags)


def _bucket(bucket: object) -> Bucket:
    values = _map(bucket)
    return Bucket(int(_number(values["max"])), timedelta(seconds=_number(values["interval"])))


def _set_up(orders: Mapping[str, object], present: SetUp) -> SetUp:
    """Return the service's new configuration. What the orders do not name stays."""
    named = {name: _texts(orders[name]) for name in ("channels", "countries_off", "templates") if name in orders}
    if not set(named.get("channels", ())) <= CHANNELS:
        raise ValueError(f"channels are {sorted(CHANNELS)}")
    templates = named.get("templates")
    return SetUp(
        frozenset(named.get("channels", present.channels)),
        named.get("countries_off", present.countries_off),
        present.templates if templates is None else frozenset(templates),
        bool(orders.get("safe_list", present.safe_list)),
    )


def _texts(value: object) -> tuple[str, ...]:
    texts = _list(value)
    if not all(isinstance(it, str) for it in texts):
        raise TypeError(f"not a list of texts: {value!r}")
    return tuple(map(str, texts))


def _number(value: object) -> float:
    if not isinstance(value, int | float):
        raise TypeError(f"not a number: {value!r}")
    return value


def _map(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError(f"not an object: {value!r}")
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError(f"not a list: {value!r}")
    return value
