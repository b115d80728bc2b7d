import pytest
from django.contrib.auth import get_user_model
from django.test import RequestFactory

from django_claimsauth.authentication import schemes
from django_claimsauth.errors import InvalidGrantError
from django_claimsauth.tokens import flows as tokens


@pytest.mark.django_db
def test_story(django_assert_num_queries):
    user = get_user_model().objects.create_user("a", password="x")
    pair = tokens.issue(user, scopes=["a", "b"], client="web")

    def ask(t):
        return schemes["bearer"].authenticate(
            RequestFactory().get("/", headers={"authorization": f"Bearer {t}"})
        )

    r = ask(pair.access_token)
    assert r.succeeded, r
    print(r)
    two = tokens.rotate(pair.refresh_token)
    with django_assert_num_queries(4 + 1 + 1) as c:
        three = tokens.rotate(two.refresh_token)
    print([q["sql"] for q in c])
    assert tokens.rotate(two.refresh_token).refresh_token == three.refresh_token
    with pytest.raises(InvalidGrantError) as e:
        tokens.rotate(pair.refresh_token)
    assert e.value.cause == "reused"
    assert ask(three.access_token).code == "token_revoked"
    pair = tokens.issue(user)
    with django_assert_num_queries(1) as c:
        assert ask(pair.access_token)
    print([q["sql"] for q in c])
    assert tokens.revoke(pair.access_token)
    assert not tokens.revoke(pair.access_token)
    assert not ask(pair.access_token)
    pair = tokens.issue(user)
    assert 1 <= tokens.revoke_all(user)
    assert not ask(pair.access_token)
    print(tokens.prune(dry_run=True), tokens.prune())
    pair = tokens.issue(user)
    assert ask(pair.access_token)
