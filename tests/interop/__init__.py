"""Service providers that others wrote, as Debian packages them, against the product. Run by `make interop`."""
