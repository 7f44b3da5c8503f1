"""The trail as operators see it, in words, as alarms and in files; and the recording of operators' own acts."""
