"""A browser that shows responses it did not fetch itself: those of the test client and of a phone."""

from contextvars import copy_context

from django.conf import settings

ORIGIN = settings.LATCHKEY.base_url
KEPT_BACK = {"content-length", "content-encoding", "transfer-encoding", "set-cookie"}


def show(page, response):
    """Show a response of the test client at its own address. The same client fetches what the page loads."""
    address = ORIGIN + response.request["PATH_INFO"]
    here = copy_context()  # Playwright answers in another, in which Django would open another connection

    def answer(route):
        asked = route.request
        path = asked.url.removeprefix(ORIGIN)
        got = response if asked.is_navigation_request() else here.run(response.client.get, path)
        body = b"".join(got.streaming_content) if got.streaming else got.content
        _fulfil(route, got.status_code, got.headers, body)

    page.unroute_all()
    page.route("**/*", answer)
    page.goto(address)


def show_what_came(page, response):
    """Show an answer that came over HTTP. Returns what the page asks for to show itself, of which nothing comes."""
    shown, asked_for = [], []

    def answer(route):
        asked = route.request
        if not asked.is_navigation_request():
            asked_for.append(asked.url)
        if shown:
            return route.fulfill(status=204)  # a page that leads on by itself stays
        shown.append(asked.url)
        return _fulfil(route, response.status_code, response.headers, response.content)

    page.unroute_all()
    page.route("**/*", answer)
    page.goto(response.url, wait_until="commit")  # a page that leads on by itself is never done loading
    page.wait_for_selector("footer", state="attached")
    return asked_for


def _fulfil(route, status, headers, body):
    kept = {name: value for name, value in headers.items() if name.lower() not in KEPT_BACK}
    route.fulfill(status=status, headers=kept, body=body)
