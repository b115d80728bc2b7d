"""The tour, step by step: each is a story of a few requests."""

import time

from example_project.tour import operator

DOCUMENTS = "/api/documents/"
ME = "/api/me/"
STATISTICS = "/api/statistics/"
WINE_LIST = "/api/wine-list/"
BEARER = 'Bearer realm="api"'
API_KEY = 'ApiKey realm="api"'
FORBIDDEN = "You do not have permission to perform this action."
TOKENS = ["access_token", "refresh_token"]
# A little more than REFRESH_RETRY_WINDOW.
RETRY_SECONDS = 1.2


def invalid_token(description):
    """Return the challenge of RFC 6750 for a token that is not accepted."""
    return f'{BEARER}, error="invalid_token", error_description="{description}"'


def bearing(token):
    return {"Authorization": f"Bearer {token}"}


def sign_in(guide, name, point="an access and a refresh token"):
    """Return the token pair, as JSON."""
    credentials = {"username": name, "password": f"{name}-in-the-demo"}
    answer = guide.ask(name, "POST", "/tokens/sign-in/", 200, point, data=credentials)
    given = [kind for kind in TOKENS if answer.json.get(kind)]
    guide.expect(f"{name}: sign-in", "tokens", TOKENS, given)
    return answer.json


def signed_in(guide, name):
    """Return the tokens of an earlier sign-in, or of one now."""
    if name not in guide.tokens:
        guide.tokens[name] = sign_in(guide, name)
    return guide.tokens[name]


def list_documents(guide, name, tokens, expected):
    """Return the documents that this person may read, by title."""
    answer = guide.ask(
        name,
        "GET",
        DOCUMENTS,
        200,
        f"only {'; '.join(expected)}; one query for the token, one for the list",
        headers=bearing(tokens["access_token"]),
    )
    titles = [each["title"] for each in answer.json]
    step = f"{name}: the list"
    guide.expect(step, "titles", expected, titles)
    queries = answer.headers["X-Queries"]
    guide.expect(step, "X-Queries", "claimsauth=1, documents=1", queries)
    return {each["title"]: f"{DOCUMENTS}{each['id']}/" for each in answer.json}


def anonymous_is_challenged(guide):
    both = f"{BEARER}, {API_KEY}"
    guide.ask("anonymous", "GET", DOCUMENTS, 401, challenge=both)


def one_reads_and_edits_what_policies_allow(guide):
    alice = signed_in(guide, "alice")
    own = ["Alice's draft", "Alice's plan"]
    readable = [*own, "Bob's report", "Carol's offer to Alice"]
    found = list_documents(guide, "alice", alice, readable)
    change = {"data": {"text": "new"}, "headers": bearing(alice["access_token"])}
    guide.ask("alice", "PATCH", found["Alice's plan"], 200, "her own", **change)
    point = "another's of the same tenant"
    guide.ask("alice", "PATCH", found["Bob's report"], 403, point, **change)
    carol = signed_in(guide, "carol")
    of_carol = ["Carol's notes", "Carol's offer to Alice"]
    hidden = list_documents(guide, "carol", carol, of_carol)["Carol's notes"]
    point = "another tenant's: as if it were not there"
    guide.ask("alice", "PATCH", hidden, 404, point, **change)


def only_the_old_enough_see_the_wine_list(guide):
    alice, bob = signed_in(guide, "alice"), signed_in(guide, "bob")
    refused = guide.ask(
        "alice",
        "GET",
        WINE_LIST,
        403,
        f"AtLeast21, and no birthdate is known: {FORBIDDEN}",
        headers=bearing(alice["access_token"]),
    )
    generic = {"detail": FORBIDDEN, "code": "permission_denied"}
    guide.expect("alice: the wine list", "body", generic, refused.json)
    guide.ask(
        "bob",
        "GET",
        WINE_LIST,
        200,
        "AtLeast21, and the claim birthdate is 1990-05-17",
        headers=bearing(bob["access_token"]),
    )


def a_service_has_a_key_until_it_is_revoked(guide):
    name = f"statistics {time.time_ns()}"
    key_id, secret = operator.issue_api_key(name, scope="statistics.read")
    guide.row("operator", "issue_api_key --format json", "exit 0", f"the key {key_id}")
    key = {"headers": {"X-API-Key": secret}}
    point = "the service endpoint takes keys with the scope"
    guide.ask("service", "GET", STATISTICS, 200, point, **key)
    guide.ask("service", "GET", ME, 401, challenge=BEARER, **key)
    operator.command("revoke_api_key", key_id, "--reason", "the tour is over")
    guide.row("operator", f"revoke_api_key {key_id}", "exit 0", "from now on")
    refusal = 'error="invalid_api_key", error_description="The API key is not valid."'
    challenge = f"{API_KEY}, {refusal}"
    guide.ask("service", "GET", STATISTICS, 401, challenge=challenge, **key)


def bad_tokens_are_refused_by_name(guide):
    good = signed_in(guide, "bob")["access_token"]
    for who, token, description in (
        ("broken", operator.broken(good), "The token's signature is invalid."),
        ("expired", operator.expired_token("bob"), "The token has expired."),
        (
            "misled",
            operator.token_for_another_audience("bob"),
            "The token was issued for another audience.",
        ),
    ):
        challenge = invalid_token(description)
        guide.ask(who, "GET", ME, 401, challenge=challenge, headers=bearing(token))


def refresh(guide, who, token, status, point):
    sent = {"refresh_token": token}
    return guide.ask(who, "POST", "/tokens/refresh/", status, point, data=sent)


def a_refresh_token_works_once(guide):
    old = sign_in(guide, "alice")
    answer = refresh(guide, "alice", old["refresh_token"], 200, "both tokens are new")
    new = answer.json
    kept = [kind for kind in TOKENS if new[kind] == old[kind]]
    guide.expect("alice: refresh", "tokens that stayed the same", [], kept)
    access = {"headers": bearing(new["access_token"])}
    guide.ask("alice", "GET", ME, 200, "the new access token works", **access)
    time.sleep(RETRY_SECONDS)
    point = "the old one again: a thief's, or the owner's after a thief"
    refresh(guide, "thief", old["refresh_token"], 400, point)
    refresh(guide, "alice", new["refresh_token"], 400, "so the new one is dead too")
    challenge = invalid_token("The token has been revoked.")
    guide.ask("alice", "GET", ME, 401, challenge=challenge, **access)


def signing_out_ends_the_access_token(guide):
    tokens = sign_in(guide, "bob")
    access = {"headers": bearing(tokens["access_token"])}
    guide.ask("bob", "GET", ME, 200, "the access token works", **access)
    sent = {"refresh_token": tokens["refresh_token"]}
    guide.ask("bob", "POST", "/tokens/sign-out/", 204, "the session ends", data=sent)
    challenge = invalid_token("The token has been revoked.")
    guide.ask("bob", "GET", ME, 401, challenge=challenge, **access)


def what_declares_nothing_is_closed(guide):
    guide.ask("anonymous", "GET", "/undeclared/", 401, challenge=BEARER)


STEPS = [
    anonymous_is_challenged,
    one_reads_and_edits_what_policies_allow,
    only_the_old_enough_see_the_wine_list,
    a_service_has_a_key_until_it_is_revoked,
    bad_tokens_are_refused_by_name,
    a_refresh_token_works_once,
    signing_out_ends_the_access_token,
    what_declares_nothing_is_closed,
]
