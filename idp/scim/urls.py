"""The SCIM addresses."""

from django.urls import path

from idp.scim import views

urlpatterns = [
    path("ServiceProviderConfig", views.service_provider_config),
    path("ResourceTypes", views.discovered, {"what": "ResourceTypes"}),
    path("ResourceTypes/<str:named>", views.discovered, {"what": "ResourceTypes"}),
    path("Schemas", views.discovered, {"what": "Schemas"}),
    path("Schemas/<str:named>", views.discovered, {"what": "Schemas"}),
    path("Users", views.people),
    path("Users/.search", views.search),
    path("Users/<uuid:pk>", views.person),
    path("Groups", views.groups),
    path(".search", views.search),
    path("<path:rest>", views.unsupported),
]
