"""How many codes may be sent and tried: the limits themselves, and what is counted against them."""
