"""What operators do in an emergency: sign everyone out, stop all sign-ins, or let one agent in."""
