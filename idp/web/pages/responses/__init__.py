"""Pages that explain a Response that was sent to a service, or would be."""
