"""Whether a phone is asked for a code."""


def asks_for_a_code(phone, home="/"):
    return phone.ask_flex(home).form_with("identifier") is not None


def go(phone, address):
    """Open an address as a browser would, but stay where it sends us next."""
    return phone.http.get(address, allow_redirects=False, timeout=30)


def is_asked(phone, service):
    return phone.open(service.request_url(ID="_next")).form_with("identifier") is not None


def sent_on(page):
    """The address that a page leads on to."""
    return page.html.xpath("string(//a[@class='button']/@href)")


def ask(phone, peer, inner, nth):
    return phone.open(peer.request_url(inner, ID=f"_wanted-{nth}"))
