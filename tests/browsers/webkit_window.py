#!/usr/bin/python3
"""A browser with one window of a phone's size and nothing around the page. Debian's own Python runs it.

WebKitWebDriver starts it. The browser that comes with WebKit has a toolbar, and cannot be narrower than that.
"""

import argparse

import gi

gi.require_versions({"Gtk": "3.0", "WebKit2": "4.1"})
from gi.repository import Gtk, WebKit2  # noqa: E402 - only after their versions were chosen

HEIGHT = 844

arguments = argparse.ArgumentParser()
arguments.add_argument("--width", type=int, required=True)
arguments.add_argument("--user-agent", required=True)
arguments.add_argument("--no-script", action="store_true")
chosen = arguments.parse_args()

context = WebKit2.WebContext.new_with_website_data_manager(WebKit2.WebsiteDataManager.new_ephemeral())
context.get_website_data_manager().set_itp_enabled(True)
context.set_automation_allowed(True)
settings = WebKit2.Settings(user_agent=chosen.user_agent, enable_javascript_markup=not chosen.no_script)


def new_window(_session):
    view = WebKit2.WebView(web_context=context, settings=settings, is_controlled_by_automation=True)
    window = Gtk.Window(decorated=False, default_width=chosen.width, default_height=HEIGHT)
    window.add(view)
    window.show_all()
    return view


context.connect("automation-started", lambda _, session: session.connect("create-web-view", new_window))
Gtk.main()
