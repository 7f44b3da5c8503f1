"""How the pages of agents look: name, colour and logo, for all services or for one."""
