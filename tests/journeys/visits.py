"""How a phone opens a service or an address, and whether it is asked for a code there."""


def asks_for_a_code(phone, home="/"):
    return phone.ask_flex(home).form_with("identifier") is not None


def service_asks_for_a_code(phone, service):
    return phone.open(service.request_url(ID="_next")).form_with("identifier") is not None


def get_without_redirect(phone, address):
    """Open an address as a browser does, but do not follow its redirect."""
    return phone.http.get(address, allow_redirects=False, timeout=30)


def next_address(page):
    """The address of the button that continues from this page."""
    return page.html.xpath("string(//a[@class='button']/@href)")


def open_request(phone, service, inner, nth):
    """Open an AuthnRequest with these child elements; `nth` makes its ID unique."""
    return phone.open(service.request_url(inner, ID=f"_wanted-{nth}"))
