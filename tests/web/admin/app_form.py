"""The form of an app in the admin, filled in."""

from idp.policies.models import TimeoutPolicy
from tests.native.own_app import REDIRECT


def form(**changed):
    return {
        "name": "Acme Phone",
        "client_id": "acme-phone",
        "kind": "app",
        "enabled": "on",
        "timeout_policy": TimeoutPolicy.objects.get(name="enhanced").pk,
        "redirect_uris-TOTAL_FORMS": "1",
        "redirect_uris-INITIAL_FORMS": "0",
        "redirect_uris-0-uri": REDIRECT,
        **changed,
    }
