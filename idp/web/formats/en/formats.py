"""ISO 8601 with a space, on a clock of 24 hours, to be held against logs. Django reads these names."""

DATE_FORMAT = "Y-m-d"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "Y-m-d H:i"
