"""The signal that sessions have ended, for packages that passed them on to services."""

from django.dispatch import Signal

# Sent with `devices` (their ids), `reason` and `now`, inside the transaction that ends the sign-ins.
signed_out = Signal()
