"""The look of agents' pages: name, colour and logo, for all services or for one."""
