"""A simulated Flex and another service. Both are built on python3-saml in strict mode, which is not our code."""

from idp.demo.sp.server import DemoSp

__all__ = ["DemoSp"]
