"""Commands start at once: Django's checks load every page, and run at `migrate` all the same."""

from django.core.management import get_commands, load_command_class


def test_no_command_of_the_installation_waits_for_checks_of_the_program():
    ours = [name for name, package in get_commands().items() if package == "idp.web"]
    waiting = [name for name in ours if load_command_class("idp.web", name).requires_system_checks]
    assert (waiting, len(ours) > 20) == ([], True)


def test_an_upgrade_runs_them():
    assert load_command_class("django.core", "migrate").requires_system_checks == "__all__"
