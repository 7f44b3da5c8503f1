"""The checkup: it gathers facts, judges them with pure functions, and says what to do about each fault.

This package imports nothing itself, so that it can judge the settings even if Django cannot start.
"""
