"""The viewset: what is listed, created, edited, published and deleted, by whom."""

import pytest

DOCUMENTS = "/api/documents/"


def titles(example, name):
    answer = example.ask("GET", DOCUMENTS, name=name)
    return {each["title"] for each in answer.json}


def path_of(example, name, title):
    listed = example.ask("GET", DOCUMENTS, name=name).json
    (found,) = [each["id"] for each in listed if each["title"] == title]
    return f"{DOCUMENTS}{found}/"


def test_a_list_holds_what_is_owned_shared_or_published_in_the_tenant(example):
    assert {"Alice's draft", "Bob's report", "Carol's offer to Alice"} <= titles(
        example, "alice"
    )
    assert titles(example, "carol").isdisjoint({"Alice's plan", "Bob's report"})
    assert "Bob's draft" not in titles(example, "alice")


def test_a_list_is_one_query_beside_that_for_the_token(example):
    answer = example.ask("GET", DOCUMENTS, name="alice")

    assert "claimsauth=1, documents=1" == answer.headers["X-Queries"]


def test_a_document_is_created_for_its_author_and_the_author_s_tenant(example):
    sent = {"title": "new", "owner": "bob", "tenant": "globex", "state": "published"}

    answer = example.ask("POST", DOCUMENTS, sent, name="alice")

    assert 201 == answer.status
    assert ("alice", "acme", "draft") == tuple(
        answer.json[field] for field in ("owner", "tenant", "state")
    )


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b"null", b"\xff", b"\0", b"[" * 50_000, b'{"title": "a\0b"}', b"{}"],
)
def test_a_body_that_is_no_document_is_a_400(example, body):
    headers = {"Content-Type": "application/json"}

    answer = example.ask("POST", DOCUMENTS, body, name="alice", **headers)

    assert 400 == answer.status


def test_a_body_of_ten_megabytes_is_a_413(example):
    body = b'{"title": "' + b"x" * 10_000_000 + b'"}'
    headers = {"Content-Type": "application/json"}

    answer = example.ask("POST", DOCUMENTS, body, name="alice", **headers)

    assert 413 == answer.status


def test_a_draft_is_published_by_its_owner(example):
    path = example.create("alice", "to be published")

    answer = example.ask("POST", f"{path}publish/", name="alice")

    assert (200, "published") == (answer.status, answer.json["state"])
    assert "to be published" in titles(example, "bob")


@pytest.mark.parametrize(("name", "status"), [("bob", 403), ("carol", 404)])
def test_a_document_is_not_published_by_another(example, name, status):
    path = path_of(example, "alice", "Alice's plan")

    assert status == example.ask("POST", f"{path}publish/", name=name).status


def test_a_draft_may_be_deleted_and_what_was_published_may_not(example):
    draft = example.create("alice", "to be deleted")
    published = path_of(example, "alice", "Alice's plan")

    assert 204 == example.ask("DELETE", draft, name="alice").status
    assert 403 == example.ask("DELETE", published, name="alice").status


def test_a_hidden_document_answers_like_an_absent_one(example):
    hidden = path_of(example, "carol", "Carol's notes")

    for method in ("GET", "PATCH", "DELETE"):
        answers = [
            example.ask(method, path, {}, name="alice")
            for path in (hidden, f"{DOCUMENTS}987654/")
        ]
        assert [404, 404] == [each.status for each in answers]
        assert answers[0].body == answers[1].body


def test_a_service_reads_what_its_claims_allow_and_writes_nothing(example):
    key = example.command("issue_api_key", "reader", "--claim", "tenant=acme")

    listed = example.ask("GET", DOCUMENTS, key=key)
    refused = example.ask("POST", DOCUMENTS, {"title": "x"}, key=key)

    assert {"Alice's plan", "Bob's report"} <= {each["title"] for each in listed.json}
    assert {"published"} == {each["state"] for each in listed.json}
    assert 403 == refused.status


@pytest.mark.parametrize("key", ["0", "-1", "x", "%00", "1.0", "9" * 40])
def test_what_is_no_document_s_key_is_a_404(example, key):
    assert 404 == example.ask("GET", f"{DOCUMENTS}{key}/", name="alice").status
