"""Connect Flex: from three pasted values to the first sign-in."""
