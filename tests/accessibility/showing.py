"""A browser that shows what the test client got: no server, and the rows of the test's own transaction."""

from django.conf import settings

ORIGIN = settings.LATCHKEY.base_url
KEPT_BACK = {"content-length", "set-cookie"}


def show(page, response):
    """Show an answer of the test client at its own address. What the page asks for beside it, the same client gets."""
    address = ORIGIN + response.request["PATH_INFO"]

    def answer(route):
        asked = route.request
        got = response if asked.is_navigation_request() else response.client.get(asked.url.removeprefix(ORIGIN))
        headers = {name: value for name, value in got.headers.items() if name.lower() not in KEPT_BACK}
        body = b"".join(got.streaming_content) if got.streaming else got.content
        route.fulfill(status=got.status_code, headers=headers, body=body)

    page.unroute_all()
    page.route("**/*", answer)
    page.goto(address)
