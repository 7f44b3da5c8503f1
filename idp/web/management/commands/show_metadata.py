"""`manage.py show_metadata`: our SAML metadata, for a service provider that takes a file."""

from typing import Any

from django.core.management.base import BaseCommand

from idp import clock
from idp.saml import published


class Command(BaseCommand):
    """Print the metadata document."""

    help = "Prints our SAML metadata, the same as at /saml/metadata."

    def handle(self, *_: Any, **__: Any) -> None:
        """Print the document alone on stdout, and its address on stderr."""
        self.stderr.write(f"The same as at {published.metadata_url()}")
        self.stdout.write(published.metadata_document(clock.now()).decode())
