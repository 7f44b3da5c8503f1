"""The Vary header is what Django would write, though it is worked out once for each way."""

import pytest
from django.http import HttpResponse
from django.utils.cache import patch_vary_headers

from idp.web.middleware.vary import vary


@pytest.mark.parametrize("named", [None, "Cookie", "accept-language, Cookie", "*"])
@pytest.mark.parametrize("names", [["Cookie"], ["Accept-Language", "Accept-Encoding"], ["*"]])
def test_headers_are_added_to_those_that_are_named_already(named, names):
    ours, django = (HttpResponse(headers={"Vary": named} if named else {}) for _ in range(2))
    for _again in range(2):
        vary(ours, *names)
        patch_vary_headers(django, names)
    assert ours["Vary"] == django["Vary"]
