"""What operators see of one agent, and what they can do there: phones, gates, timeline, test code, links, name."""
