"""Metadata: builds and checks ours; fetches, verifies and reads that of service providers."""
