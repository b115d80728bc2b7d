"""The other kinds of views, each with the guard that it declares."""

import pytest

BEARER = 'Bearer realm="api"'
API_KEY = 'ApiKey realm="api"'


def html(example, path, **sent):
    return example.ask("GET", path, Accept="text/html", **sent)


class TestStartPage:
    def test_it_says_what_to_try_and_that_one_is_anonymous(self, example):
        answer = html(example, "/")

        assert 200 == answer.status
        assert b"You are anonymous" in answer.body
        assert b"/tokens/sign-in/" in answer.body

    def test_it_shows_the_principal(self, example):
        page = html(example, "/", name="bob").body.decode()

        assert "You are bob" in page
        for shown in ("tenant", "acme", "birthdate", "1990-05-17"):
            assert f"<code>{shown}</code>" in page

    def test_a_bad_credential_makes_one_anonymous(self, example):
        answer = html(example, "/", Authorization="Bearer x")

        assert 200 == answer.status
        assert b"You are anonymous" in answer.body


class TestPlainView:
    def test_a_document_is_shown_to_those_who_may_read_it(self, example):
        (plan,) = [
            each["id"]
            for each in example.ask("GET", "/api/documents/", name="alice").json
            if each["title"] == "Alice's plan"
        ]

        assert (
            b"by alice of acme" in html(example, f"/documents/{plan}/", name="bob").body
        )
        assert 404 == html(example, f"/documents/{plan}/", name="carol").status
        assert 401 == html(example, f"/documents/{plan}/").status

    @pytest.mark.parametrize("path", ["0", "-1", "%00", "%D9%A1", "987654", "9" * 40])
    def test_an_absent_document_is_a_404(self, example, path):
        assert 404 == html(example, f"/documents/{path}/", name="alice").status


class TestAsyncView:
    def test_it_lists_the_titles_that_one_may_read(self, example):
        titles = example.ask("GET", "/titles/", name="carol").json["titles"]

        assert {"Carol's notes", "Carol's offer to Alice"} == set(titles)

    def test_it_is_closed_to_the_anonymous(self, example):
        answer = example.ask("GET", "/titles/")

        assert (401, BEARER) == (answer.status, answer.challenge)


class TestSchemes:
    def test_statistics_are_for_keys_alone(self, example):
        answer = example.ask("GET", "/api/statistics/", name="alice")

        assert (401, API_KEY) == (answer.status, answer.challenge)

    def test_statistics_are_for_keys_with_the_scope(self, example):
        key = example.command("issue_api_key", "no scope")

        assert 403 == example.ask("GET", "/api/statistics/", key=key).status

    def test_the_token_s_own_page_is_for_tokens_alone(self, example):
        answer = example.ask("GET", "/api/me/", name="alice")

        assert ("alice", "acme") == (
            answer.json["name"],
            answer.json["claims"]["tenant"],
        )

    def test_what_declares_nothing_is_open_to_the_authenticated_alone(self, example):
        assert 401 == example.ask("GET", "/undeclared/").status
        assert 200 == example.ask("GET", "/undeclared/", name="carol").status
