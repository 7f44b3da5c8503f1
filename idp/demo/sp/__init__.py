"""A pretend Flex and another app: service providers of python3-saml in strict mode, which is not our own code."""

from idp.demo.sp.server import DemoSp

__all__ = ["DemoSp"]
