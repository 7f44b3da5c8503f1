"""The paths of Service Rate Limits and their buckets: list and create only."""

import re
from datetime import timedelta

from idp.demo.verify_emulator import resources
from idp.demo.verify_emulator.buckets import Bucket, RateLimit
from idp.demo.verify_emulator.emulator import Emulator
from idp.demo.verify_emulator.exchange import Answer, Request, json_answer
from idp.demo.verify_emulator.refusals import INVALID_REQUEST, NOT_FOUND, Refusal
from idp.demo.verify_emulator.resources import TWILIO, Service, instant

PATH = re.compile(r"/v2/Services/(?P<service>[^/]+)/RateLimits(?:/(?P<key>[^/]+)/(?P<buckets>Buckets))?")
PAGE_SIZE = 50
Resource = dict[str, object]


def path_name(request: Request) -> str | None:
    """Return the name of a call for the counters, without SIDs; None for other paths."""
    match = PATH.fullmatch(request.path)
    if match is None:
        return None
    return f"{request.method} RateLimits" + ("/{Sid}/Buckets" if match["buckets"] else "")


class RateLimitsApi:
    """Answers the paths of rate limits for one service."""

    def __init__(self, service: Service, emulator: Emulator) -> None:
        self._service = service
        self._emulator = emulator
        self._url = f"{TWILIO}/v2/Services/{service.service_sid}/RateLimits"

    def answer(self, request: Request) -> Answer | Refusal | None:
        """Answer a call. Returns None if it is not about rate limits."""
        match = PATH.fullmatch(request.path)
        if match is None:
            return None
        if match["service"] != self._service.service_sid or request.method not in {"GET", "POST"}:
            return NOT_FOUND
        if match["buckets"]:
            return self._buckets(request, match["key"])
        if request.method == "GET":
            return self._listed("rate_limits", self._url, [self._key(it) for it in self._emulator.rate_limits()])
        form = request.form()
        made = self._emulator.make_rate_limit(form.get("UniqueName", ""), form.get("Description", ""))
        return json_answer(201, self._key(made)) if made else INVALID_REQUEST

    def _buckets(self, request: Request, sid: str) -> Answer | Refusal:
        key = next((it for it in self._emulator.rate_limits() if it.sid == sid), None)
        if key is None:
            return NOT_FOUND
        if request.method == "GET":
            url = f"{self._url}/{sid}/Buckets"
            return self._listed("buckets", url, [self._bucket(key, it) for it in key.buckets])
        form = request.form()
        most, interval = form.get("Max", ""), form.get("Interval", "")
        if not (most.isdecimal() and interval.isdecimal()):
            return INVALID_REQUEST
        made = self._emulator.make_bucket(sid, Bucket(int(most), timedelta(seconds=int(interval))))
        return json_answer(201, self._bucket(key, made)) if made else NOT_FOUND

    def _listed(self, name: str, url: str, rows: list[Resource]) -> Answer:
        """Return everything on one page, since nobody has more than fits."""
        page = f"{url}?PageSize={PAGE_SIZE}&Page=0"
        meta = {
            "page": 0,
            "page_size": PAGE_SIZE,
            "first_page_url": page,
            "previous_page_url": None,
            "url": page,
            "next_page_url": None,
            "key": name,
        }
        return json_answer(200, {name: rows, "meta": meta})

    def _key(self, key: RateLimit) -> Resource:
        url = f"{self._url}/{key.sid}"
        named = {"sid": key.sid, "unique_name": key.name, "description": key.description}
        return {**named, **self._common(key, url), "links": {"buckets": f"{url}/Buckets"}}

    def _bucket(self, key: RateLimit, bucket: Bucket) -> Resource:
        named = {"sid": bucket.sid, "rate_limit_sid": key.sid}
        limits = {"max": bucket.limit, "interval": int(bucket.interval.total_seconds())}
        return {**named, **limits, **self._common(key, f"{self._url}/{key.sid}/Buckets/{bucket.sid}")}

    def _common(self, key: RateLimit, url: str) -> Resource:
        made_at = instant(key.made_at)
        of_service = resources.owned(self._service)
        return {**of_service, "date_created": made_at, "date_updated": made_at, "url": url}
