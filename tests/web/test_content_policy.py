"""The Content-Security-Policy is what django-csp would write, though it is built once for many answers."""

import gc
import weakref

import pytest
from csp.exceptions import CSPNonceError
from csp.middleware import CSPMiddleware
from django.http import HttpResponse
from django.test import RequestFactory

from idp.web.content_policy import ContentPolicy

FORMS = {
    "nothing": None,
    "where a form leads": {"form-action": ["https:"]},
    "to an app": {"form-action": ["com.acme.app:"]},
    "more": {"form-action": ["https:"], "img-src": ["https://logo.example"]},
}


def answered(kind, update, *, nonce=""):
    request, response = RequestFactory().get("/"), HttpResponse()
    kind(lambda _: response).process_request(request)
    if update:
        response._csp_update = update
    if nonce:
        request._csp_nonce = nonce
    kind(lambda _: response).process_response(request, response)
    return request, sorted(response["Content-Security-Policy"].split("; "))


@pytest.mark.parametrize("nonce", ["bm9uY2U=", ""], ids=["a nonce", "none"])
@pytest.mark.parametrize("update", FORMS.values(), ids=FORMS)
def test_each_form_of_a_policy_is_that_of_django_csp(update, nonce):
    for _again in range(2):
        assert answered(ContentPolicy, update, nonce=nonce)[1] == answered(CSPMiddleware, update, nonce=nonce)[1]


def test_a_policy_that_is_kept_holds_no_nonce_of_another_answer():
    answered(ContentPolicy, None, nonce="Zmlyc3Q=")
    policy = " ".join(answered(ContentPolicy, None, nonce="c2Vjb25k")[1])
    assert "nonce-c2Vjb25k" in policy
    assert "Zmlyc3Q=" not in policy


def test_whoever_asks_for_a_nonce_after_the_policy_was_written_is_told():
    request, _ = answered(ContentPolicy, None)
    with pytest.raises(CSPNonceError):
        str(request.csp_nonce)


@pytest.mark.parametrize("nonce", ["bm9uY2U=", ""], ids=["a nonce", "none"])
def test_a_request_is_gone_with_its_answer_and_waits_for_no_collector_of_rubbish(nonce):
    gc.disable()
    try:
        request = weakref.ref(answered(ContentPolicy, None, nonce=nonce)[0])
        assert request() is None
    finally:
        gc.enable()
