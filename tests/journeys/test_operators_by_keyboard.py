"""Operators work by keyboard alone: Tab reaches everything, and the focus moves to the result."""

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django_otp.oath import totp

from idp import clock as time
from idp.agents.models import Agent, Device
from idp.saml.models import ServiceProvider
from tests.importing.files import ZOE, a_file
from tests.web.conftest import a_superuser, inside
from tests.web.seeded import a_signed_in_agent

pytestmark = pytest.mark.slow

PASSWORD = "correct horse battery"
FOCUSED = """() => {
  const it = document.activeElement;
  const said = it.getAttribute("aria-label") || it.labels?.[0]?.textContent || it.textContent || it.value || "";
  return said.replace(/\\s+/g, " ").trim();
}"""
PRESSED_TWICE = """() => {
  let sent = 0;
  addEventListener("submit", (it) => { sent += it.defaultPrevented ? 0 : 1; });
  document.activeElement.click();
  document.activeElement.click();
  return sent;
}"""
"""Presses what has the focus twice, and returns how often its form is sent."""


class Hands:
    """Somebody at a computer without a mouse."""

    def __init__(self, page, home):
        self.page, self.home = page, home

    def open(self, path):
        self.page.goto(self.home + path)

    def tab_to(self, words, most=150):
        """Press Tab until what begins with these words has the focus."""
        for _ in range(most):
            self.page.keyboard.press("Tab")
            if self.focused().startswith(words):
                return
        raise AssertionError(f"Tab leads nowhere to {words!r}")

    def enter(self, *words):
        """Press Enter, on each of these in turn or where the focus is, and wait for the page that it leads to."""
        for it in words or [None]:
            if it:
                self.tab_to(it)
            with self.page.expect_navigation():
                self.page.keyboard.press("Enter")

    def write(self, **typed):
        """Go from field to field, each named by what its label begins with, with _ for a space, and type."""
        for label, text in typed.items():
            self.tab_to(label.replace("_", " "))
            self.page.keyboard.type(text)

    def focused(self):
        return self.page.evaluate(FOCUSED)


@pytest.fixture
def operator(transactional_db, keys, verify):
    return a_superuser(password=make_password(PASSWORD))


@pytest.fixture
def outside(any_page, live_server, operator):
    return Hands(any_page("computer"), live_server.url)


@pytest.fixture
def hands(outside, operator):
    """Hands of an operator who is inside."""
    cookie = inside(operator).cookies[settings.SESSION_COOKIE_NAME]
    outside.page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": outside.home}])
    return outside


@pytest.fixture
def ana(operator):
    return a_signed_in_agent(time.now()).agent


def test_an_operator_signs_in_skips_to_the_page_and_reads_what_is_wrong(outside, operator):
    app = operator.totpdevice_set.get()
    outside.open("/admin/login/")
    outside.tab_to("Sign in")
    outside.page.keyboard.press("Enter")
    assert outside.focused() == "Email:"
    outside.page.keyboard.type(operator.email)
    outside.write(Password=PASSWORD, Code=f"{totp(app.bin_key):06}")
    outside.enter()
    outside.tab_to("Skip to main content", most=1)
    outside.page.keyboard.press("Enter")
    assert outside.page.evaluate("document.activeElement.id") == "content-start"


def test_an_agent_is_added_and_focus_moves_to_missing_fields(hands):
    hands.open("/admin/agents/agent/")
    hands.enter("Add agent", "Save")
    assert hands.focused() == "Please correct the errors below."
    hands.write(Full_name="Zoë", Email="zoe@acme.example")
    hands.enter("Save")
    assert "was added successfully" in hands.focused()
    assert Agent.objects.get(email="zoe@acme.example").is_active


def test_a_phone_is_signed_out_and_a_one_time_code_given(hands, ana):
    hands.open(f"/admin/agents/agent/{ana.pk}/change/")
    hands.enter(f"Sign out {ana}'s iPhone, Safari")
    assert not Device.objects.filter(kind="mobile", revoked_at=None).exists()
    hands.enter(f"Give {ana} a one-time code")
    hands.write(Reason="SIM broken")
    hands.enter()
    assert hands.page.locator("code.key").is_visible()


def test_a_file_is_imported_taken_back_and_everybody_exported(hands):
    hands.page.on("filechooser", lambda _: None)  # who listens only when the key is pressed may listen too late
    hands.open("/admin/agents/agent/import/")
    hands.tab_to("File")
    with hands.page.expect_file_chooser() as chooser:
        hands.page.keyboard.press("Enter")
    chooser.value.set_files({"name": "team.csv", "mimeType": "text/csv", "buffer": a_file(ZOE)})
    hands.enter("Preview the import", "Make 1 change")
    assert Agent.objects.filter(email=ZOE[0]).exists()
    hands.enter("Undo this import")
    assert hands.focused().startswith("Undone: 0 restored, 1 removed.")
    hands.open("/admin/agents/agent/import/")
    hands.tab_to("Export everybody")
    with hands.page.expect_download():
        hands.page.keyboard.press("Enter")


def test_a_button_pressed_twice_is_pressed_once(hands):
    hands.open("/admin/agents/department/add/")
    hands.write(Name="Sales")
    hands.tab_to("Save")
    assert hands.page.evaluate(PRESSED_TWICE) == 1
    hands.page.get_by_text("was added successfully").wait_for()


def test_every_filter_of_the_trail_that_was_typed_counts_whichever_is_chosen(hands):
    hands.open("/admin/audit/loginevent/?agent=Ben")
    for label, typed in {"Agent": "", "From": "2026-11-25", "Until": "tomorrow"}.items():
        hands.page.get_by_label(label, exact=True).fill(typed)  # the last one keeps the focus
    hands.enter()
    fields = hands.page.locator("#changelist-filter form.typed input[type=text]").all()
    assert {it.get_attribute("name"): it.input_value() for it in fields if it.input_value()} == {
        "since": "2026-11-25",
        "until": "tomorrow",
    }


def test_flex_is_connected(hands):
    hands.open("/admin/connect-flex/")
    hands.write(Account_SID="JQ" + "7" * 32)
    hands.enter("Read these values", "Connect JQ")
    assert ServiceProvider.objects.get().entity_id == "urn:flex:JQ" + "7" * 32


def test_an_entry_of_the_trail_is_read(hands, ana):
    hands.open("/admin/audit/loginevent/?q=7KQ2M-9TX4D")
    hands.enter("20")
    assert hands.page.get_by_text("7KQ2M-9TX4D").first.is_visible()


@pytest.mark.parametrize("path", ["agents/accesspass/add/", "policies/accessrule/add/", "connect-flex/"])
def test_no_page_traps_the_keyboard(hands, path):
    """From wherever it begins, Tab leads out of the page, and once round all of it."""
    hands.open(f"/admin/{path}")
    for _ in range(2):
        hands.tab_to("Skip to main content")
