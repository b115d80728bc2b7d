"""Rotating, revoking, disabling: what works before, between and after."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from django_claimsauth.api_keys import flows
from django_claimsauth.api_keys.errors import ApiKeyError
from django_claimsauth.api_keys.models import ApiKey, State
from django_claimsauth.signals import api_key_revoked, api_key_rotated

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def received():
    """Collect what these signals say."""
    calls = []

    def receive(signal, **kwargs):
        calls.append((signal, kwargs))

    for each in (api_key_rotated, api_key_revoked):
        each.connect(receive)
    yield calls
    for each in (api_key_rotated, api_key_revoked):
        each.disconnect(receive)


class TestRotate:
    def test_both_secrets_work_during_the_overlap(self, issued, present):
        rotated = flows.rotate(issued.api_key, overlap=DAY)

        assert issued.secret != rotated.secret
        assert present(issued.secret)
        assert present(rotated.secret)

    def test_the_key_stays_who_it_was(self, issued, present):
        before = present(issued.secret).principal

        rotated = flows.rotate(issued.api_key)

        assert before == present(rotated.secret).principal
        assert 1 == ApiKey.objects.count()

    def test_the_old_secret_ends_with_the_overlap(self, ada, present):
        issued = flows.issue("k", owner=ada, now=timezone.now() - 3 * DAY)

        rotated = flows.rotate(
            issued.api_key, overlap=DAY, now=timezone.now() - 2 * DAY
        )

        assert "invalid_api_key" == present(issued.secret).code
        assert present(rotated.secret)

    def test_without_an_overlap_the_old_secret_ends_at_once(self, issued, present):
        flows.rotate(issued.api_key, overlap=timedelta(0))

        assert "invalid_api_key" == present(issued.secret).code

    def test_rotating_twice_leaves_the_two_newest(self, issued, present):
        second = flows.rotate(issued.api_key)
        third = flows.rotate(issued.api_key)

        assert [False, True, True] == [
            present(each.secret).succeeded for each in (issued, second, third)
        ]

    def test_the_new_secret_gets_the_lifetime_of_the_old_one(self):
        issued = flows.issue("k", expires_in=10 * DAY, now=NOW)

        flows.rotate(issued.api_key, overlap=5 * DAY, now=NOW + 8 * DAY)
        again = flows.rotate(issued.api_key, now=NOW + 9 * DAY).api_key

        assert NOW + 19 * DAY == again.expires_at

    def test_the_overlap_ends_with_the_old_expiry(self):
        issued = flows.issue("k", expires_in=10 * DAY, now=NOW)

        rotated = flows.rotate(issued.api_key, overlap=5 * DAY, now=NOW + 8 * DAY)

        assert NOW + 10 * DAY == rotated.api_key.previous_valid_until

    def test_another_expiry_can_be_given(self):
        issued = flows.issue("k", expires_in=10 * DAY, now=NOW)

        rotated = flows.rotate(issued.api_key, expires_in=DAY, now=NOW)

        assert NOW + DAY == rotated.api_key.expires_at

    def test_a_stale_object_does_not_rotate_again(self, issued):
        stale = ApiKey.objects.get()
        flows.rotate(issued.api_key)

        with pytest.raises(ApiKeyError) as refused:
            flows.rotate(stale)

        assert "changed_meanwhile" == refused.value.code
        assert 1 == ApiKey.objects.get().generation

    @pytest.mark.parametrize("end", ["revoke", "disable", "expire"])
    def test_a_key_that_does_not_work_is_not_rotated(self, issued, end):
        now = None
        if end == "expire":
            issued = flows.issue("short", expires_in=DAY, now=NOW)
            now = NOW + DAY
        else:
            getattr(flows, end)(issued.api_key)

        with pytest.raises(ApiKeyError) as refused:
            flows.rotate(issued.api_key, now=now)

        assert "not_live" == refused.value.code

    def test_a_key_that_was_revoked_meanwhile_is_not_rotated(self, issued):
        stale = ApiKey.objects.get()
        flows.revoke(issued.api_key)

        with pytest.raises(ApiKeyError) as refused:
            flows.rotate(stale)

        assert "not_live" == refused.value.code

    @pytest.mark.parametrize("overlap", [-DAY, 367 * DAY, timedelta.max], ids=repr)
    def test_an_absurd_overlap_is_refused(self, issued, overlap):
        with pytest.raises(ApiKeyError) as refused:
            flows.rotate(issued.api_key, overlap=overlap)

        assert "invalid_overlap" == refused.value.code
        assert 0 == ApiKey.objects.get().generation

    def test_the_signal_says_how_long_both_work(self, issued, received):
        flows.rotate(issued.api_key, overlap=DAY)

        ((signal, said),) = received
        assert (api_key_rotated, DAY) == (signal, said["overlap"])


class TestRevoke:
    def test_shows_at_the_next_request_for_both_secrets(self, issued, present):
        rotated = flows.rotate(issued.api_key)

        assert flows.revoke(issued.api_key, "leaked")

        assert "invalid_api_key" == present(issued.secret).code
        assert "invalid_api_key" == present(rotated.secret).code
        assert "leaked" == ApiKey.objects.get().reason

    def test_twice_keeps_the_first_reason(self, issued, received):
        flows.revoke(issued.api_key, "leaked")

        assert not flows.revoke(issued.api_key, "again")

        assert "leaked" == ApiKey.objects.get().reason
        assert [api_key_revoked] == [signal for signal, _ in received]

    def test_of_a_key_that_is_gone_is_an_error(self, issued):
        ApiKey.objects.all().delete()

        with pytest.raises(ApiKeyError) as refused:
            flows.revoke(issued.api_key)

        assert "changed_meanwhile" == refused.value.code

    @pytest.mark.parametrize("reason", ["x" * 201, "a\nb", "a\0"])
    def test_a_reason_of_several_lines_is_refused(self, issued, reason):
        with pytest.raises(ApiKeyError) as refused:
            flows.revoke(issued.api_key, reason)

        assert "invalid_reason" == refused.value.code
        assert ApiKey.objects.get().revoked_at is None

    def test_a_reason_is_text(self, issued):
        with pytest.raises(TypeError):
            flows.revoke(issued.api_key, None)


class TestDisable:
    def test_is_undone_by_enabling(self, issued, present):
        flows.disable(issued.api_key)
        disabled = present(issued.secret)
        flows.enable(issued.api_key)

        assert "invalid_api_key" == disabled.code
        assert present(issued.secret)

    @pytest.mark.parametrize("change", [flows.disable, flows.enable])
    def test_a_revoked_key_stays_revoked(self, issued, change):
        flows.revoke(issued.api_key)

        with pytest.raises(ApiKeyError) as refused:
            change(issued.api_key)

        assert "not_live" == refused.value.code


class TestState:
    @pytest.mark.parametrize("state", State.values)
    def test_a_key_and_the_query_agree(self, state):
        now = timezone.now()
        flows.issue("live")
        flows.issue("far", expires_in=99 * DAY)
        flows.issue("expiring", expires_in=DAY)
        flows.issue("expired", expires_in=DAY, now=now - DAY)
        flows.disable(flows.issue("disabled").api_key)
        flows.disable(flows.issue("both", expires_in=DAY, now=now - DAY).api_key)
        flows.revoke(flows.issue("revoked").api_key)

        found = set(ApiKey.objects.in_state(state, now))

        meant = {State(state)}
        if state == State.LIVE:
            meant.add(State.EXPIRING)
        assert {
            each for each in ApiKey.objects.all() if each.state(now) in meant
        } == found

    def test_a_key_is_named_by_its_name(self, issued):
        assert "export" == str(issued.api_key)

    def test_a_service_has_a_subject_of_its_own(self, issued, ada):
        assert "service:ci" == flows.issue("ci").api_key.subject
        assert str(ada.pk) == issued.api_key.subject
