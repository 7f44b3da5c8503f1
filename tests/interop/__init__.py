"""Other products' service providers, from Debian's packages, against Latchkey. Run by `make interop`."""
