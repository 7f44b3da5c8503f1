"""Services such as Flex, and the brand of agents' pages."""

from idp.web.admin.services import brands, services

__all__ = ["brands", "services"]
