"""The Content-Security-Policy is what django-csp would write, though it is built once for many answers."""

import gc
import weakref
from base64 import b64decode

import pytest
from csp.exceptions import CSPNonceError
from csp.middleware import CSPMiddleware
from django.http import HttpResponse
from django.test import RequestFactory

from idp.web.middleware.content_policy import content_policy

FORMS = {
    "nothing": None,
    "where a form leads": {"form-action": ["https:"]},
    "to an app": {"form-action": ["com.acme.app:"]},
    "more": {"form-action": ["https:"], "img-src": ["https://logo.example"]},
}


def answered(middleware, update, *, nonce=False):
    """Return the request, what the policy says, and the nonce that stands in its page."""
    request = RequestFactory().get("/")

    def page(request):
        response = HttpResponse(str(request.csp_nonce) if nonce else "")
        if update:
            response._csp_update = update
        return response

    response = middleware(page)(request)
    return request, sorted(response["Content-Security-Policy"].split("; ")), response.text


@pytest.mark.parametrize("nonce", [True, False], ids=["a nonce", "none"])
@pytest.mark.parametrize("update", FORMS.values(), ids=FORMS)
def test_each_form_of_a_policy_is_that_of_django_csp(update, nonce):
    for _again in range(2):
        _, ours, drawn = answered(content_policy, update, nonce=nonce)
        _, theirs, other = answered(CSPMiddleware, update, nonce=nonce)
        assert [it.replace(drawn or "none", "…") for it in ours] == [it.replace(other or "none", "…") for it in theirs]
        assert any(f"'nonce-{drawn}'" in it for it in ours) is nonce


def test_a_cached_policy_holds_no_nonce_of_another_response():
    _, _, first = answered(content_policy, None, nonce=True)
    _, policy, second = answered(content_policy, None, nonce=True)
    assert f"nonce-{second}" in " ".join(policy)
    assert first not in " ".join(policy)
    assert len(b64decode(second)) == 16


def test_a_nonce_used_after_the_policy_was_written_raises_an_error():
    request, _, _ = answered(content_policy, None)
    with pytest.raises(CSPNonceError):
        str(request.csp_nonce)


@pytest.mark.parametrize("nonce", [True, False], ids=["a nonce", "none"])
def test_a_request_is_gone_with_its_answer_and_waits_for_no_collector_of_rubbish(nonce):
    gc.disable()
    try:
        request = weakref.ref(answered(content_policy, None, nonce=nonce)[0])
        assert request() is None
    finally:
        gc.enable()
