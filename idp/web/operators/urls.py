"""The addresses of the admin. All its pages are read with them."""

from django.contrib import admin

admin.autodiscover()
urlpatterns, _, _ = admin.site.urls
