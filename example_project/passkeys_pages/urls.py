"""Where the pages are."""

from django.urls import path

from example_project.passkeys_pages import views

urlpatterns = [
    path("sign-up/", views.sign_up, name="account-sign-up"),
    path("sign-in/", views.sign_in, name="account-sign-in"),
    path("passkeys/", views.manage, name="account-passkeys"),
    path("vault/", views.vault, name="account-vault"),
]
