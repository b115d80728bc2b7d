"""Pages for people who sign up, sign in and manage passkeys, without a password."""
