"""The scheme of docs/extending.md does what the page says."""

from datetime import timedelta

import pytest
from django.core.signing import TimestampSigner
from django.test import RequestFactory

from docs.examples.ticket_scheme import TicketHandler, issue


@pytest.fixture(name="handler")
def _handler():
    return TicketHandler("ticket", lifetime=timedelta(minutes=5))


def bearing(*values):
    """A request with this `Authorization`, or without one."""
    headers = {"Authorization": values[0]} if values else {}
    return RequestFactory().get("/", headers=headers)


@pytest.mark.parametrize("keyword", ["Ticket", "ticket", "TICKET"])
def test_a_ticket_becomes_a_principal(handler, keyword):
    """Names of schemes are case-insensitive (RFC 9110 11.1)."""
    result = handler.authenticate(bearing(f"{keyword} {issue('ada', roles=['staff'])}"))

    assert result.succeeded
    assert "ada" == result.principal.subject
    assert result.principal.is_in_role("staff")
    assert "ticket" == result.principal.identity.authentication_type


@pytest.mark.parametrize("values", [(), ("",), ("Bearer x",), ("Ticketx y",)])
def test_another_credential_is_not_ours(handler, values):
    assert handler.authenticate(bearing(*values)).is_no_result


@pytest.mark.parametrize(
    "ticket",
    ["", " ", "x", "a:b:c", "é:b:c", "x" * 100_000, "a, Ticket b"],
    ids=lambda ticket: repr(ticket[:10]),
)
def test_a_broken_ticket_fails(handler, ticket):
    assert "invalid_ticket" == handler.authenticate(bearing(f"Ticket {ticket}")).code


def test_a_changed_ticket_fails(handler):
    _, _, rest = issue("ada").partition(":")

    result = handler.authenticate(
        bearing(f"Ticket {issue('eve').split(':')[0]}:{rest}")
    )

    assert "invalid_ticket" == result.code


def test_a_ticket_of_another_salt_fails(handler):
    foreign = TimestampSigner(salt="elsewhere").sign_object({"sub": "ada"})

    assert "invalid_ticket" == handler.authenticate(bearing(f"Ticket {foreign}")).code


def test_an_old_ticket_says_that_it_is_old():
    """A lifetime of nothing is over at once."""
    handler = TicketHandler("ticket", lifetime=timedelta(seconds=-1))

    result = handler.authenticate(bearing(f"Ticket {issue('ada')}"))

    assert "ticket_expired" == result.code


def test_the_challenge_names_the_scheme(handler):
    request = bearing()

    challenge = handler.challenge(request, handler.authenticate(request))

    assert challenge == 'Ticket realm="api"'
