"""The URLs of the admin. They load all its pages."""

from django.contrib import admin

admin.autodiscover()
urlpatterns, _, _ = admin.site.urls
