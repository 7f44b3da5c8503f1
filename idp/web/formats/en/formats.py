"""ISO 8601 with a space, on a 24-hour clock, so that times can be compared with logs. Django reads these names."""

DATE_FORMAT = "Y-m-d"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "Y-m-d H:i"
