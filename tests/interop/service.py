"""The interface of every service provider in these tests."""

from dataclasses import dataclass, field
from urllib.parse import urlencode


@dataclass(frozen=True)
class Session:
    """What a service provider knows about the agent who is signed in."""

    name_id: str
    authn_context: str
    session_index: str = ""
    attributes: dict[str, list[str]] = field(default_factory=dict)


class Service:
    """A service provider of another make: `name` is its product, `slug` what it is called with us."""

    slug = name = ""
    metadata_path = ""

    def __init__(self, place):
        self.place = place

    def __str__(self):
        return self.slug

    def at(self, path, **query):
        return f"{self.place.url}{path}?{urlencode(query)}" if query else f"{self.place.url}{path}"

    @property
    def home(self):
        """Where people arrive who signed in."""
        return self.at(f"/{self.slug}/who.php")

    def sign_in_address(self, **wishes):
        """Where a sign-in begins. Wishes: force_authn, is_passive, context, target, by_post."""
        raise NotImplementedError

    def sign_out_address(self):
        """Where a sign-out begins that is to reach the IdP."""
        raise NotImplementedError

    def session(self, phone):
        """Return the Session that this browser has here, or None."""
        raise NotImplementedError
