"""The news that sign-ins are over, for those who passed them on to others."""

from django.dispatch import Signal

# Sent with `devices` (their ids), `reason` and `now`, inside the transaction that ends the sign-ins.
signed_out = Signal()
