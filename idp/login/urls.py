"""The addresses of the login."""

from django.urls import path

from idp.login import views

urlpatterns = [path("<uuid:flow_id>", views.step, name="login_step")]
