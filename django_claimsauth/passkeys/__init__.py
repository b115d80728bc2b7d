"""Passkeys (WebAuthn): signing up, signing in and stepping up without a password."""
