"""The URL patterns of an agent's pages and buttons."""

from django.contrib.admin import ModelAdmin
from django.urls import URLPattern

from idp.agents.models import Agent
from idp.web.pages.agent import buttons, factors, name_id, one_time_code, sign_in_link, timeline, trial_code, why

PAGES = (factors, one_time_code, buttons, why, timeline, sign_in_link, name_id, trial_code)


def agent_urls(model_admin: "ModelAdmin[Agent]") -> list[URLPattern]:
    """Return the URL patterns, below the address of the list of agents."""
    return [it for page in PAGES for it in page.urls(model_admin)]
