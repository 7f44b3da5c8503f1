"""How an agent proves who they are: by a texted code, another code, or a passkey."""
