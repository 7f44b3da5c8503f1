"""In English, which is what operators read."""
