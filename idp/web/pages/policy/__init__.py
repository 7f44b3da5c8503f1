"""The pages of the access policy: its rules, trying them unsaved, publishing them, and the history."""
