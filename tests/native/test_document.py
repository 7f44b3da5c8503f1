"""The API describes itself: completely, in the words of its standards, and without internal names."""

import json

import pytest
from django.test import Client as HttpClient

from idp.agents.models import Reason
from idp.native import grants
from idp.native.api.examples import EXAMPLES
from idp.native.errors import REASONS
from tests.native import contract
from tests.native.own_app import AUTHORIZE, BASE_URL, TOKEN

DOCUMENT = contract.document()
OPERATIONS = [
    pytest.param(path, method, told, id=told["operationId"])
    for path, methods in DOCUMENT["paths"].items()
    for method, told in methods.items()
]
METHODS = {"get", "post", "put", "patch", "delete"}


def test_the_document_is_valid_openapi_3_1():
    from openapi_spec_validator import OpenAPIV31SpecValidator  # takes a second, in every worker that collects

    assert DOCUMENT["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors()) == []


def test_the_document_has_every_address_that_programs_use():
    api = ("token", "device", "sign-in-links", "agents/{name_id}", "devices")
    beside = ("/oauth/authorize", "/oauth/revoke", "/.well-known/oauth-authorization-server", "/.well-known/jwks.json")
    assert set(DOCUMENT["paths"]) == {*(f"/api/v1/{it}" for it in api), *beside}


def test_programs_may_cache_the_document_and_read_the_servers_address_in_it():
    answer = HttpClient().get("/api/v1/openapi.json")
    assert answer["Cache-Control"] == "public, max-age=300"
    assert answer.json()["servers"] == [{"url": BASE_URL}]
    assert answer.json() == DOCUMENT


@pytest.mark.parametrize("name", ["idp", "AppToken", "BackEndToken", "django", "ninja", "pydantic", "FormParams"])
def test_the_document_has_no_internal_name(name):
    assert name.lower() not in json.dumps(DOCUMENT).lower()


def test_a_client_library_finds_where_agents_sign_in_and_where_tokens_are_issued():
    ways = DOCUMENT["components"]["securitySchemes"]
    flow = ways["app"]["flows"]["authorizationCode"]
    assert (flow["authorizationUrl"], flow["tokenUrl"], flow["refreshUrl"]) == (AUTHORIZE, TOKEN, TOKEN)
    assert ways["backEnd"]["flows"]["clientCredentials"]["tokenUrl"] == TOKEN
    assert (ways["accessToken"]["type"], ways["accessToken"]["scheme"]) == ("http", "bearer")


@pytest.mark.parametrize(("path", "method", "told"), OPERATIONS)
def test_each_operation_has_a_summary_security_and_the_headers_of_its_answers(path, method, told):
    assert told["summary"].endswith(".")
    assert told["tags"]
    assert "security" in told
    for status, answer in told["responses"].items():
        assert {"X-Reference", "Cache-Control"} <= answer["headers"].keys()
        assert ("Retry-After" in answer["headers"]) is (status in {"429", "503"})
        if path.startswith("/api/"):
            assert ("WWW-Authenticate" in answer["headers"]) is (status in {"401", "403"})


@pytest.mark.parametrize("path", [it for it in DOCUMENT["paths"] if it.startswith("/api/")])
def test_the_api_accepts_no_method_that_the_document_lacks(path):
    for method in METHODS - DOCUMENT["paths"][path].keys():
        answer = getattr(HttpClient(), method)(path.replace("{name_id}", "x"))
        assert (answer.status_code, answer["Content-Type"]) == (405, "application/json")
        assert answer["Allow"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_example_matches_its_schema(name):
    components = contract.strict(DOCUMENT)["components"]
    told = {"$ref": f"#/components/schemas/{name}", "components": components}
    [example] = components["schemas"][name]["examples"]
    from openapi_schema_validator import OAS31Validator

    assert [it.message for it in OAS31Validator(told).iter_errors(example)] == []


def test_integrators_find_an_example_of_each_error():
    examples = [
        it["value"]
        for methods in DOCUMENT["paths"].values()
        for told in methods.values()
        for answer in told["responses"].values()
        for it in answer.get("content", {}).get("application/json", {}).get("examples", {}).values()
    ]
    assert {"invalid_grant", "invalid_token", "insufficient_scope", "busy"} <= {it["error"] for it in examples}
    assert all(it["error_description"] and it["reference"] for it in examples)
    assert {it["reason"] for it in examples if it["error"] == "invalid_grant"} == set(REASONS)


def test_each_operation_is_filed_under_a_tag_that_the_document_explains():
    assert {tag for it in OPERATIONS for tag in it.values[2]["tags"]} == {it["name"] for it in DOCUMENT["tags"]}


def test_the_introduction_says_how_to_authenticate_and_what_is_limited():
    for said in ("Bearer", "15 minutes", "256 KiB", "429", "Retry-After", "not_found"):
        assert said in DOCUMENT["info"]["description"]


def test_each_schema_is_used_and_described():
    whole = json.dumps(DOCUMENT)
    for name, schema in DOCUMENT["components"]["schemas"].items():
        assert f'#/components/schemas/{name}"' in whole, name
        assert schema["description"], name


@pytest.mark.parametrize("ended", [*Reason.values, "idle", None])
def test_an_app_reads_a_reason_that_the_document_explains_however_its_sign_in_ended(ended):
    assert grants.reason_of(ended) in REASONS
