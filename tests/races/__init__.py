"""Concurrent requests, and faults in the middle of them."""
