"""The database as the store of keys: one indexed look-up, the owner joined."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.db.models import Q

from django_claimsauth.api_keys import expiry
from django_claimsauth.api_keys.models import ApiKey
from django_claimsauth.api_keys.records import ApiKeyRecord
from django_claimsauth.authentication.compiled import CompiledSelect, Param

#: A key's use is written at most this often.
USED_INTERVAL: Final = timedelta(minutes=1)


def _columns() -> list[str]:
    columns = {
        "owner_name": f"owner__{get_user_model().USERNAME_FIELD}",
        "owner_is_active": "owner__is_active",
    }
    # The first field is the id by which the row is found.
    return [columns.get(field, field) for field in ApiKeyRecord._fields[1:]]


def _by_public_id() -> Any:
    public_id = ApiKey._meta.get_field("public_id")
    return ApiKey.objects.filter(public_id=Param("key_id", public_id)).values_list(
        *_columns()
    )


class DatabaseStore:
    """Reads keys by SQL that the ORM compiled once."""

    _find = CompiledSelect(_by_public_id)

    def find(self, key_id: str) -> ApiKeyRecord | None:
        """Return the key with this public id, or None."""
        row = self._find.first(key_id=key_id)
        return None if row is None else ApiKeyRecord(key_id, *row)

    def used(
        self, record: ApiKeyRecord, moment: datetime, ip: str | None, *, previous: bool
    ) -> None:
        """
        Write when and from where the key was used.

        The condition holds among all processes: whoever comes second within the
        minute changes no row.
        """
        column = "previous_used_at" if previous else "last_used_at"
        older = Q(**{column: None}) | Q(**{f"{column}__lte": moment - USED_INTERVAL})
        values: dict[str, Any] = {column: moment, "last_used_at": moment}
        found = ApiKey.objects.filter(public_id=record.key_id)
        written = found.filter(older).update(**values, last_used_ip=ip)
        if written and expiry.is_near(record.expires_at, moment):
            # Whoever uses a key is whom its end will hurt.
            for api_key in found.filter(expiry_warned_at=None):
                expiry.warn(api_key, moment)
