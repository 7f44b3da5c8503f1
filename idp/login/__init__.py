"""The login: it decides whether an agent is let in, and shows the pages that ask for proof."""
