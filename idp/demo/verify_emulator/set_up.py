"""The service's configuration at Twilio: what it may send, where to, and in which words."""

from dataclasses import dataclass

from idp.demo.verify_emulator.refusals import CHANNEL_OFF, COUNTRY_OFF, TEMPLATE_UNKNOWN, Refusal

CHANNELS = frozenset({"sms", "call", "whatsapp"})


@dataclass(frozen=True, slots=True)
class SetUp:
    """The channels that are on, the prefixes that Geo Permissions forbid, and the known templates.

    Without a list of templates, every well-formed template SID is known.
    """

    channels: frozenset[str] = CHANNELS
    countries_off: tuple[str, ...] = ()
    templates: frozenset[str] | None = None
    safe_list: bool = True
    """Whether Twilio has opened the safe list, which is a pilot, for this account."""

    def refusal(self, to: str, channel: str, template: str) -> Refusal | None:
        """Return the refusal of a start, if any."""
        if channel not in self.channels:
            return CHANNEL_OFF
        if self.countries_off and to.startswith(self.countries_off):
            return COUNTRY_OFF
        if template and self.templates is not None and template not in self.templates:
            return TEMPLATE_UNKNOWN
        return None
