"""The demo: pretend Verify and Flex."""
