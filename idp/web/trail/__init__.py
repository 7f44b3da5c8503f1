"""The trail as operators see it: in words, as alarms and in files; and what puts their own acts into it."""
