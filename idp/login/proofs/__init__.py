"""How agents prove who they are: by texted code, by another code, or by passkey."""
