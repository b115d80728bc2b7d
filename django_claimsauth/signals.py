"""
What happened, for whoever wants to know: an audit log, a mail to the user.

All are sent after the change is made and by `send_robust()`: a receiver that
fails is logged and undoes nothing. None carries a secret.
"""

from django.dispatch import Signal

#: A sign-in was given tokens. Arguments: user, sid, client.
token_issued = Signal()
#: A refresh token was rotated. Arguments: user_id, sid, client.
token_refreshed = Signal()
#: A spent refresh token came again; its family is dead. Arguments: user_id, sid,
#: client.
refresh_reuse_detected = Signal()
#: A family, a user's families, or a single access token were revoked. Arguments:
#: reason, and of sid, user_id, client, jti what is known.
token_revoked = Signal()
#: An API key was issued. Arguments: api_key.
api_key_issued = Signal()
#: An API key was given a new secret. Arguments: api_key, overlap.
api_key_rotated = Signal()
#: An API key was revoked. Arguments: api_key, reason.
api_key_revoked = Signal()
#: A presented API key was refused. Arguments: request, scheme, cause, key_id (None
#: where the key is not known).
api_key_rejected = Signal()
#: An API key will soon expire; sent once for each expiry. Arguments: api_key.
api_key_expiring = Signal()
#: A passkey was added. Arguments: passkey.
passkey_added = Signal()
#: A passkey was removed. Arguments: passkey (as it was), user.
passkey_removed = Signal()
#: A passkey answered with a counter that did not increase: there may be a copy of
#: it. Arguments: passkey, sign_count.
passkey_clone_suspected = Signal()
#: A ceremony was refused. Arguments: request, ceremony, code.
passkey_rejected = Signal()
