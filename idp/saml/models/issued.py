"""The Assertions that were sent."""

import uuid

from django.db import IntegrityError, models

from idp.agents.models import Agent
from idp.saml.models.service_provider import ServiceProvider

ONE_ANSWER = "one_answer_to_one_request"


class IssuedAssertion(models.Model):
    """An Assertion that was sent. A request is answered once; an unsolicited answer has no request.

    `response` is the Response with a readable Assertion and blank signature values, so that nobody can replay it. Old
    rows have none. At `over_at` the service said, or was notified, that the session has ended.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service_provider = models.ForeignKey(
        ServiceProvider, models.PROTECT, verbose_name="service", related_name="issued", db_index=False
    )
    request_id = models.CharField(max_length=256, null=True, blank=True)  # noqa: DJ001 - many have none, and they differ
    assertion_id = models.CharField(max_length=64, unique=True)
    agent = models.ForeignKey(Agent, models.PROTECT, related_name="assertions")
    name_id = models.CharField(max_length=256, blank=True, default="")
    name_id_format = models.CharField(max_length=100, blank=True, default="")
    session_index = models.CharField(max_length=40, db_index=True)
    encrypted = models.BooleanField(default=False)
    response = models.TextField(editable=False, blank=True, default="")
    issued_at = models.DateTimeField()
    over_at = models.DateTimeField(null=True, blank=True)
    logout_notice = models.ForeignKey(
        "saml.LogoutNotice",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="issued",
        editable=False,
        db_index=False,
    )

    class Meta:
        ordering = ["-issued_at"]
        constraints = [
            models.UniqueConstraint(fields=["service_provider", "request_id"], name=ONE_ANSWER),
        ]
        indexes = [
            models.Index(fields=["service_provider", "name_id"], name="issued_to_a_name"),
            models.Index(fields=["-issued_at"], name="latest_answers"),
            models.Index(
                fields=["logout_notice"], condition=models.Q(logout_notice__isnull=False), name="answers_told_over"
            ),
        ]

    def __str__(self) -> str:
        return self.assertion_id


def is_second(error: IntegrityError) -> bool:
    """Tell whether a row was refused because its request was answered before. SQLite only names the columns."""
    diagnosis = getattr(error.__cause__, "diag", None)
    if diagnosis is not None:
        return bool(diagnosis.constraint_name == ONE_ANSWER)
    columns = ", ".join(f"{IssuedAssertion._meta.db_table}.{it}" for it in ("service_provider_id", "request_id"))
    return str(error) == f"UNIQUE constraint failed: {columns}"
