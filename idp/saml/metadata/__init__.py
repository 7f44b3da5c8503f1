"""Metadata: builds and checks ours; fetches, verifies, reads, compares and applies that of service providers."""
