"""A pretend phone: a browser without script, driven by plain HTTP, and the texts that arrive on it."""

import requests
from lxml import html

NUMBER = "+12015550101"


class Page:
    """A response, as a person and a browser without script see it."""

    def __init__(self, response):
        self.response = response
        self.status = response.status_code
        self.url = response.url
        self.html = html.fromstring(response.text or "<html></html>")

    @property
    def heading(self):
        return " ".join(self.html.xpath("string(//h1)").split())

    @property
    def text(self):
        body = self.html.find(".//main")
        return " ".join((self.html if body is None else body).text_content().split())

    @property
    def seen_first(self):
        """What follows the place to which the address leads: on a phone the rest is out of sight."""
        return " ".join(self.html.get_element_by_id(self.url.partition("#")[2]).getnext().text_content().split())

    @property
    def reference(self):
        return self.response.headers.get("X-Reference", "")

    def forms(self):
        return self.html.forms

    def form_with(self, field):
        return next((form for form in self.html.forms if field in form.fields or self._button(form, field)), None)

    @staticmethod
    def _button(form, field):
        return form.xpath(f".//button[@name='{field}']")


class Phone:
    """One browser: it stores cookies, and can read the texts to any number."""

    def __init__(self, sp_url, verify, user_agent):
        self.sp_url, self.verify, self.user_agent = sp_url, verify, user_agent
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.headers["User-Agent"] = user_agent
        self.before = {}

    def like(self, user_agent=None):
        """Return another browser, without any cookies."""
        return Phone(self.sp_url, self.verify, user_agent or self.user_agent)

    def copy(self):
        """Return a browser with the cookies of this one: another tab, or a thief's copy."""
        copy = self.like()
        copy.http.cookies.update(self.http.cookies)
        return copy

    def open(self, address, **query):
        return Page(self.http.get(address, params=query, timeout=30))

    def submit(self, page, field, **values):
        """Fill in the form that has this field, and press its button."""
        form = page.form_with(field)
        assert form is not None, f"no form with {field} on: {page.status} {page.text}"
        data = {name: value for name, value in form.form_values() if name != "again"} | values
        return Page(self.http.request(form.method, self._absolute(page, form.action), data=data, timeout=30))

    def press_on(self, page):
        """Press the button of a page that has only one form."""
        return self.submit(page, page.html.forms[0].inputs.keys()[0])

    def ask_flex(self, home="/", **query):
        """Press *Sign in* at Flex, and return the page of the IdP."""
        page = self.open(f"{self.sp_url}{home}sign-in", **query)
        return self.submit(page, "SAMLRequest") if page.form_with("SAMLRequest") is not None else page

    def messages(self, number=NUMBER):
        return len(self.verify.state.messages(number))

    def code(self, number=NUMBER, after=None):
        """Return the newest code, once more than `after` messages have arrived, or one since this browser asked."""
        after = self.before.get(number, 0) if after is None else after
        return self.verify.state.messages(number, after=after, wait=10)[0].code

    def ask_code(self, page, number=NUMBER):
        self.before[number] = self.messages(number)
        return self.submit(page, "identifier", identifier=number)

    def sign_in(self, number=NUMBER, home="/", **query):
        """Sign in with a code, from Flex to Flex. Return what Flex knows then."""
        page = self.ask_code(self.ask_flex(home, **query), number)
        page = self.submit(page, "code", code=self.code(number))
        return self.arrive(page, home)

    def sign_in_silently(self, home="/", **query):
        """Sign in without any page; fails if there is one."""
        return self.arrive(self.ask_flex(home, **query), home)

    def arrive(self, page, home="/"):
        """Post the Response to Flex, and return what Flex knows then."""
        assert page.form_with("SAMLResponse") is not None, f"no Response on: {page.status} {page.text}"
        page = self.submit(page, "SAMLResponse")
        assert page.status == 200, page.text
        return self.at_flex(home)

    def at_flex(self, home="/"):
        return self.http.get(f"{self.sp_url}{home}session.json", timeout=30).json()

    def cookie(self, kind):
        return next((cookie.value for cookie in self.http.cookies if cookie.name == f"latchkey-{kind}"), None)

    @staticmethod
    def _absolute(page, action):
        return requests.compat.urljoin(page.url, action)
