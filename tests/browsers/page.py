"""A page in a browser that WebDriver's commands control. It is read and typed into, with patience, as by a person."""

from tests.waiting import until

BUTTON = "//*[self::button or self::a][normalize-space() = '{}']"
MARK = "document.documentElement.dataset.left = 'yes'"
LEFT = "return document.readyState === 'complete' && !document.documentElement.dataset.left"
INSERT = "document.querySelector(arguments[0]).focus(); document.execCommand('insertText', false, arguments[1])"


class NotThere(Exception):
    """The browser refused a command, as one about an element of a page that it is just leaving."""


class Page:
    """The one window of a browser. `command` sends one of WebDriver's commands by its name, and returns its value."""

    def __init__(self, command):
        self._command = command

    def open(self, address):
        """Go to an address, without waiting for what comes."""
        self._command("Navigate", url=address)

    def type(self, selector, text):
        """Type into a field, once there is one."""
        self._act("ElementSendKeys", "css selector", selector, text=text)

    def press(self, words):
        """Press the button or link with these words, once there is one."""
        self._act("ElementClick", "xpath", BUTTON.format(words))

    def fill(self, selector, text):
        """Put the whole text into a field at once, as pasting and the keyboard's suggestion do."""
        self._command("ExecuteScript", script=INSERT, args=[selector, text])

    def reads(self, words):
        """Wait until the page says this, and return all that it says."""
        until(lambda: words in self.text)
        return self.text

    @property
    def text(self):
        """What a person reads on the page. Empty while it changes."""
        try:
            return self.run("return document.body ? document.body.innerText : ''") or ""
        except NotThere:
            return ""

    def run(self, script):
        """Run script on the page, which works even where the page's own is switched off."""
        return self._command("ExecuteScript", script=script, args=[])

    def back(self):
        """Press *back*."""
        self._leave("Back")

    def reload(self):
        """Press *reload*, and agree to send a form again if the browser asks."""
        self._leave("Refresh")

    def _leave(self, how):
        self.run(MARK)
        self._command(how)
        until(self._has_left)

    def _has_left(self):
        try:
            return self.run(LEFT)
        except NotThere:
            return False

    def _act(self, command, using, value, **more):
        def acts():
            try:
                element = self._command("FindElement", using=using, value=value)
                self._command(command, id=next(iter(element.values())), **more)
            except NotThere:
                return False
            return True

        until(acts)
