"""
The names of authenticators, by the AAGUID that they give.

Without an attestation that was verified anybody may give any AAGUID: a name is
for people to tell their passkeys apart, and proves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from django.utils.translation import gettext

from django_claimsauth.conf import load, settings

SETTING: Final = "CLAIMSAUTH['PASSKEYS']['AAGUID_NAMES']"
NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "08987058-cadc-4b81-b6e1-30de50dcbe96": "Windows Hello",
        "0ea242b4-43c4-4a1b-8b17-dd6d0b6baec6": "Keeper",
        "12ded745-4bed-47d4-abaa-e713f51d6393": "Feitian AllinOne",
        "149a2021-8ef6-4133-96b8-81f8d5b7f1f5": "Security Key by Yubico with NFC",
        "17290f1e-c212-34d0-1423-365d729f09d9": "Thales PIN (iOS)",
        "2fc0579f-8113-47ea-b116-bb5a8db9202a": "YubiKey 5 with NFC",
        "39a5647e-1853-446c-a1f6-a79bae9f5bc7": "IDmelon",
        "42b4fb4a-2866-43b2-9bf7-6c6669c2e5d3": "Google Titan Security Key",
        "50726f74-6f6e-5061-7373-50726f746f6e": "Proton Pass",
        "531126d6-e717-415c-9320-3d9aa6981239": "Dashlane",
        "53414d53-554e-4700-0000-000000000000": "Samsung Pass",
        "6028b017-b1d4-4c02-b4b3-afcdafc96bb2": "Windows Hello",
        "66a0ccb3-bd6a-191f-ee06-e375c50b9846": "Thales Bio (iOS)",
        "6d44ba9b-f6ec-2e49-b930-0c8fe920cb73": "Security Key by Yubico with NFC",
        "771b48fd-d3d4-4f74-9232-fc157ab0507a": "Edge on Mac",
        "8836336a-f590-0921-301d-46427531eee6": "Thales Bio (Android)",
        "891494da-2c90-4d31-a9cd-4eab0aed1309": "Sésame",
        "9ddd1817-af5a-4672-a2b9-3e3dd95000a9": "Windows Hello",
        "a4e9fc6d-4cbe-4758-b8ba-37598bb5bbaa": "Security Key by Yubico with NFC",
        "adce0002-35bc-c60a-648b-0b25f1f05503": "Chrome on Mac",
        "b35a26b2-8f6e-4697-ab1d-d44db4da28c6": "Zoho Vault",
        "b5397666-4885-aa6b-cebf-e52262a439a2": "Chromium",
        "b78a0a55-6ef8-d246-a042-ba0f6d55050c": "LastPass",
        "b84e4048-15dc-4dd0-8640-f4f60813c8af": "NordPass",
        "b92c3f9a-c014-4056-887f-140a2501163b": "Security Key by Yubico",
        "bada5566-a7aa-401f-bd96-45619a55120d": "1Password",
        "bfc748bb-3429-4faa-b9f9-7cfa9f3b76d0": "iPasswords",
        "c5ef55ff-ad9a-4b9f-b580-adebafe026d0": "YubiKey 5Ci",
        "cb69481e-8ff7-4039-93ec-0a2729a154a8": "YubiKey 5",
        "cc45f64e-52a2-451b-831a-4edd8022a202": "ToothPic",
        "cd69adb5-3c7a-deb9-3177-6800ea6cb72a": "Thales PIN (Android)",
        "d548826e-79b4-db40-a3d8-11116f7e8349": "Bitwarden",
        "d8522d9f-575b-4866-88a9-ba99fa02f35b": "YubiKey Bio",
        "dd4ec289-e01d-41c9-bb89-70fa845d4bf2": "iCloud Keychain (managed)",
        "de503f9c-21a4-4f76-b4b7-558eb55c6f89": "Devolutions",
        "ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4": "Google Password Manager",
        "ee882879-721c-4913-9775-3dfcce97072a": "YubiKey 5",
        "f3809540-7f14-49c1-a8b3-8f813b225541": "Enpass",
        "f8a011f3-8c0a-4d15-8006-17111f9edc7d": "Security Key by Yubico",
        "fa2b99dc-9e39-4257-8f92-4a30d23c4118": "YubiKey 5 with NFC",
        "fbfc3007-154e-4ecc-8c0b-6e020557d7bd": "Apple Passwords",
        "fdb141b2-5d84-443e-8a35-4698c205a502": "KeePassXC",
    }
)


def authenticator_name(aaguid: str) -> str:
    """Return what people call the authenticator, or that it is some passkey."""
    return known_names().get(aaguid) or gettext("Passkey")


def known_names() -> Mapping[str, str]:
    """Return the names by AAGUID: ours, or those of `AAGUID_NAMES`."""
    replaced: Any = load(settings.passkeys.aaguid_names, SETTING)
    return NAMES if replaced is None else replaced
