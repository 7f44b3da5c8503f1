"""Schemathesis makes requests of the API's own document, right and wrong ones, and holds each answer to it.

What it makes is the same at each run. Everything is undone after each request, so no device or token is used up.
"""

import json
from functools import cache

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings

from idp.agents.models import Device
from idp.native import bearer
from idp.native.api.application import api
from idp.saml.models import SubjectName
from tests.conftest import NOW
from tests.native.own_app import CHALLENGE, REDIRECT, a_back_end, a_client, an_app_signed_in
from tests.web.seeded import a_service

pytestmark = [pytest.mark.long, pytest.mark.each_database]

DOCUMENT = json.loads(json.dumps(api.get_openapi_schema()))
LABELS = [f"{method.upper()} {path}" for path, methods in DOCUMENT["paths"].items() for method in methods]
BOUNDED = settings(
    max_examples=4, derandomize=True, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
KNOWN = {"client_id": "acme-phone", "redirect_uri": REDIRECT, "code_challenge": CHALLENGE, "sp": "flex", "since": ""}
"""What a right request names that is there; otherwise only the authentication would be tried."""
NOT_JUDGED = {"POST /api/v1/token"}
"""Where a right request is refused: a code or token of the right shape is none of ours for all that (RFC 6749 5.2)."""


@pytest.fixture
def askers(db, keys, clock, agent):
    """An app, a back end, and nobody: the headers that they send."""
    app, back_end = a_client(services=[a_service(unsolicited=True)]), a_back_end(NOW)[0]
    an_app_signed_in(app, agent)
    tokens = [bearer.issue(app, Device.objects.get(), NOW), bearer.issue(back_end, None, NOW)]
    return [*({"Authorization": f"Bearer {token}"} for token in tokens), {}]


@pytest.fixture(autouse=True)
def _one_connection(askers):
    """Each request runs within the transaction of the test, which a server would close."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@cache
def operations():
    import schemathesis  # takes two seconds, in every worker that collects

    read = schemathesis.openapi.from_dict(DOCUMENT)
    read.app = get_wsgi_application()
    found = {it.ok().label: it.ok() for it in read.get_all_operations()}
    assert list(found) == LABELS
    return found


def fuzz(operation, mode, headers, known):
    """Make some requests at an operation, and return the statuses of their answers."""
    from schemathesis import GenerationMode
    from schemathesis.specs.openapi.checks import positive_data_acceptance

    answered, not_asked = set(), [positive_data_acceptance] if operation.label in NOT_JUDGED else None

    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=mode))
    def one(case):
        if mode == GenerationMode.POSITIVE:
            name_what_is_there(case, known)
        with transaction.atomic():
            response = case.call(headers={**headers, "Accept-Encoding": "identity"})
            case.validate_response(response, headers=headers, excluded_checks=not_asked)
            transaction.set_rollback(True)
        answered.add(response.status_code)

    one()
    return answered


def name_what_is_there(case, known):
    for part in (case.body, case.query, case.path_parameters):
        if isinstance(part, dict):
            part.update({name: value for name, value in known.items() if name in part})


@pytest.mark.parametrize("label", LABELS)
def test_each_answer_matches_the_document(label, askers, agent):
    from schemathesis import GenerationMode

    operation, known = operations()[label], {**KNOWN, "name_id": SubjectName.of(agent, None)}
    says_something = operation.body or list(operation.iter_parameters())
    modes = GenerationMode if says_something else [GenerationMode.POSITIVE]
    for mode in modes:
        app, back_end, nobody = (fuzz(operation, mode, it, known) for it in askers)
        if operation.path.startswith("/api/") and label not in NOT_JUDGED:
            assert nobody == {401}
            assert {403} in (app, back_end)
            assert mode == GenerationMode.NEGATIVE or {200} in (app, back_end) or {204} in (app, back_end)
