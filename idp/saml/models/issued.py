"""What left this house."""

import uuid

from django.db import models

from idp.agents.models import Agent
from idp.saml.models.service_provider import ServiceProvider


class IssuedAssertion(models.Model):
    """An Assertion that was sent. One request is answered once; an unsolicited answer has no request.

    `response` is what was sent, the Assertion readable and every signature value blank, so that nobody can
    show it to the service again. Answers from before it was kept have none. From `over_at` on the service has
    said, or is being told, that what it began has ended.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service_provider = models.ForeignKey(ServiceProvider, models.PROTECT, related_name="issued")
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
        "saml.LogoutNotice", models.SET_NULL, null=True, blank=True, related_name="issued", editable=False
    )

    class Meta:
        ordering = ["-issued_at"]
        constraints = [
            models.UniqueConstraint(fields=["service_provider", "request_id"], name="one_answer_to_one_request")
        ]
        indexes = [models.Index(fields=["service_provider", "name_id"], name="issued_to_a_name")]

    def __str__(self) -> str:
        return self.assertion_id
