"""A simulated Twilio Verify and a simulated Flex, for the demo and for tests only."""
