"""OpenTelemetry traces, if `OTEL_EXPORTER_OTLP_ENDPOINT` names a collector. Otherwise nothing here runs.

The instrumentations record a lot: addresses with one-time links, cookies, error messages. So only listed attributes are
exported, and a span is named after its method and route.
"""

from collections.abc import Mapping
from typing import Any

from opentelemetry import propagate, trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.django import DjangoInstrumentor
from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
from opentelemetry.instrumentation.redis import RedisInstrumentor
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.propagators.textmap import TextMapPropagator
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Status

EXPORTED = frozenset(
    {
        "http.method",
        "http.request.method",
        "http.route",
        "http.status_code",
        "http.response.status_code",
        "db.system",
        "db.system.name",
        "db.statement",  # with placeholders; values are never recorded
        "db.query.text",
        "error.type",
    }
)
"""The exported attributes. Others are dropped, whatever a new version of an instrumentation records."""
COMMANDS = {"redis"}
"""Systems whose statements are dropped too: a Redis key may contain an address."""


def begin() -> None:
    """Trace requests, queries, Redis and outgoing calls from now on. Nothing is stored before `send`."""
    propagate.set_global_textmap(Unconnected())  # no stranger begins our traces, and no trace ID is sent to others
    for it in (DjangoInstrumentor, PsycopgInstrumentor, RedisInstrumentor, RequestsInstrumentor):
        it().instrument()


def send() -> None:
    """Start exporting. Call it in each process: a fork copies neither the export thread nor its connection."""
    provider = TracerProvider(resource=Resource.create({"service.name": "latchkey"}))
    provider.add_span_processor(Impersonal(BatchSpanProcessor(OTLPSpanExporter())))
    trace.set_tracer_provider(provider)


class Unconnected(TextMapPropagator):
    """Neither continues a stranger's trace nor passes ours on."""

    def extract(self, carrier: Any, context: Context | None = None, getter: Any = None) -> Context:  # noqa: ANN401, ARG002
        """Return the context unchanged."""
        return context or Context()

    def inject(self, carrier: Any, context: Context | None = None, setter: Any = None) -> None:  # noqa: ANN401
        """Write nothing."""

    @property
    def fields(self) -> set[str]:
        """Return no headers."""
        return set()


class Impersonal(SpanProcessor):
    """Passes on the allowed parts of each span."""

    def __init__(self, following: SpanProcessor) -> None:
        self._following = following

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Do nothing until the span ends."""

    def on_end(self, span: ReadableSpan) -> None:
        """Pass on a copy without events and links, which contain error messages."""
        self._following.on_end(impersonal(span))

    def shutdown(self) -> None:
        """Shut the next processor down."""
        self._following.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Export the waiting spans."""
        return self._following.force_flush(timeout_millis)


def impersonal(span: ReadableSpan) -> ReadableSpan:
    """Return a span with only its allowed parts."""
    had = dict(span.attributes or {})
    system = str(had.get("db.system") or had.get("db.system.name") or "")
    exported = {name: value for name, value in had.items() if name in EXPORTED}
    if system in COMMANDS:
        exported = {name: value for name, value in exported.items() if name not in {"db.statement", "db.query.text"}}
    return ReadableSpan(
        name=_name(system, had),
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=exported,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _name(system: str, had: Mapping[str, object]) -> str:
    if system:
        return system
    method = str(had.get("http.method") or had.get("http.request.method") or "span")
    return f"{method} /{had['http.route']}" if "http.route" in had else method
