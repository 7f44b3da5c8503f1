"""Is everything in order? Facts are gathered, judged by pure functions, and told with what to do about them.

This package itself imports nothing, so that the settings can be judged where Django cannot start.
"""
