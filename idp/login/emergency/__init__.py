"""What operators do in an emergency: sign everyone out, stop all sign-ins, let one agent in."""
