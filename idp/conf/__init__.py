"""The settings, read from the environment once into a frozen value. Nothing else reads environment variables."""

from idp.conf.environment import LANGUAGES, MOST_PHONES, PREFIX, ROOT, VAR, Conf
from idp.conf.loading import ConfigurationError, load

__all__ = ["LANGUAGES", "MOST_PHONES", "PREFIX", "ROOT", "VAR", "Conf", "ConfigurationError", "load"]
