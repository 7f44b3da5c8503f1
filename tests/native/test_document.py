"""The API describes itself: completely, in the words of its standards, and without a name from within."""

import json

import pytest
from django.test import Client as HttpClient

from idp.native.api.examples import EXAMPLES
from tests.native import contract
from tests.native.own_app import AUTHORIZE, BASE_URL, TOKEN

DOCUMENT = contract.document()
OPERATIONS = [
    pytest.param(path, method, told, id=told["operationId"])
    for path, methods in DOCUMENT["paths"].items()
    for method, told in methods.items()
]
METHODS = {"get", "post", "put", "patch", "delete"}


def test_it_is_a_document_by_openapi_3_1():
    from openapi_spec_validator import OpenAPIV31SpecValidator  # takes a second, in every worker that collects

    assert DOCUMENT["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors()) == []


def test_it_names_every_address_that_programs_come_to():
    api = ("token", "device", "sign-in-links", "agents/{name_id}", "devices")
    beside = ("/oauth/authorize", "/oauth/revoke", "/.well-known/oauth-authorization-server", "/.well-known/jwks.json")
    assert set(DOCUMENT["paths"]) == {*(f"/api/v1/{it}" for it in api), *beside}


def test_it_may_be_kept_for_some_minutes_and_says_where_we_are():
    answer = HttpClient().get("/api/v1/openapi.json")
    assert answer["Cache-Control"] == "public, max-age=300"
    assert answer.json()["servers"] == [{"url": BASE_URL}]
    assert answer.json() == DOCUMENT


@pytest.mark.parametrize("name", ["idp", "AppToken", "BackEndToken", "django", "ninja", "pydantic", "FormParams"])
def test_no_name_from_within_is_told(name):
    assert name.lower() not in json.dumps(DOCUMENT).lower()


def test_it_says_where_an_agent_signs_in_and_where_tokens_come_from():
    ways = DOCUMENT["components"]["securitySchemes"]
    flow = ways["app"]["flows"]["authorizationCode"]
    assert (flow["authorizationUrl"], flow["tokenUrl"], flow["refreshUrl"]) == (AUTHORIZE, TOKEN, TOKEN)
    assert ways["backEnd"]["flows"]["clientCredentials"]["tokenUrl"] == TOKEN
    assert (ways["accessToken"]["type"], ways["accessToken"]["scheme"]) == ("http", "bearer")


@pytest.mark.parametrize(("path", "method", "told"), OPERATIONS)
def test_each_operation_says_what_it_does_and_what_can_come_of_it(path, method, told):
    assert told["summary"].endswith(".")
    assert told["tags"]
    assert "security" in told
    for status, answer in told["responses"].items():
        assert {"X-Reference", "Cache-Control"} <= answer["headers"].keys()
        assert ("Retry-After" in answer["headers"]) is (status in {"429", "503"})
        if path.startswith("/api/"):
            assert ("WWW-Authenticate" in answer["headers"]) is (status in {"401", "403"})


@pytest.mark.parametrize("path", [it for it in DOCUMENT["paths"] if it.startswith("/api/")])
def test_the_api_takes_no_method_that_the_document_does_not_have(path):
    for method in METHODS - DOCUMENT["paths"][path].keys():
        answer = getattr(HttpClient(), method)(path.replace("{name_id}", "x"))
        assert (answer.status_code, answer["Content-Type"]) == (405, "application/json")
        assert answer["Allow"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_example_of_an_answer_or_a_body_is_one(name):
    components = contract.strict(DOCUMENT)["components"]
    told = {"$ref": f"#/components/schemas/{name}", "components": components}
    [example] = components["schemas"][name]["examples"]
    from openapi_schema_validator import OAS31Validator

    assert [it.message for it in OAS31Validator(told).iter_errors(example)] == []


def test_the_examples_of_errors_are_errors():
    examples = [
        it["value"]
        for methods in DOCUMENT["paths"].values()
        for told in methods.values()
        for answer in told["responses"].values()
        for it in answer.get("content", {}).get("application/json", {}).get("examples", {}).values()
    ]
    assert {"invalid_grant", "invalid_token", "insufficient_scope", "busy"} <= {it["error"] for it in examples}
    assert all(it["error_description"] and it["reference"] for it in examples)
