"""Commands that start at once."""

from django.core.management.base import BaseCommand


class CommandAtOnce(BaseCommand):
    """A command without Django's checks of the program, which load every page and take as long as all the rest.

    `migrate` runs them at each upgrade.
    """

    requires_system_checks = []
