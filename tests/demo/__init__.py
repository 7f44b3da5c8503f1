"""The demo: the emulators of Verify and Flex."""
