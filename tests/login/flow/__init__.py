"""A login flow, and the device behind it."""
