"""The pages that connect Flex: from three pasted values to the first sign-in."""
