"""Where the admin shows a user, for the pages that name one."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html


def user_link(user: Any, site: str) -> str:
    """
    Return the user's name as HTML, leading to the user where the admin has users.

    Args:
        site: the name of the admin site, which is its URLs' namespace.
    """
    name, meta = user.get_username(), user._meta
    view = f"{site}:{meta.app_label}_{meta.model_name}_change"
    try:
        url = reverse(view, args=[user.pk])
    except NoReverseMatch:
        return str(name)
    return format_html('<a href="{}">{}</a>', url, name)
