"""What was sent to a service, or would be, explained."""
