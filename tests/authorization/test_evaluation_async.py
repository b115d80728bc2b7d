"""Deciding on an event loop: nothing that waits runs on it, async ones are awaited."""

import asyncio
import logging
import threading
from dataclasses import dataclass
from typing import ClassVar

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import get_user_model
from django.core.exceptions import SynchronousOnlyOperation

from django_claimsauth.authorization import (
    Policy,
    RequireAssertion,
    RequireAuthenticated,
    Requirement,
    claim,
    resource,
    service,
)
from django_claimsauth.claims import ClaimsPrincipal
from tests.app.models import Document, Tenant

ADA = ClaimsPrincipal.of("x", {"sub": "1", "tenant": "acme", "title": "a"})


@dataclass(frozen=True)
class Threaded(Requirement):
    """Judges, and notes the thread."""

    threads: tuple = ()

    def judge(self, principal, resource, request):
        THREADS.append(threading.get_ident())
        return True


@dataclass(frozen=True)
class Pure(Threaded):
    """The same, reading nothing but its arguments."""

    pure: ClassVar[bool] = True


THREADS = []


@pytest.fixture(autouse=True)
def no_threads():
    THREADS.clear()


def decided(policy, about=None, principal=ADA):
    """Return the decision of a loop that runs beside the test's thread."""

    async def decide():
        return await service.aauthorize(principal, policy, about)

    return asyncio.run(decide())


async def later(context, requirement):
    await asyncio.sleep(0)
    THREADS.append(threading.get_ident())
    context.succeed(requirement)


async def veto_later(context, requirement):
    await asyncio.sleep(0)
    context.fail("later")


def sync(context, requirement):
    THREADS.append(threading.get_ident())
    context.succeed(requirement)


def coroutine_of(context, requirement):
    """A sync handler that hands back what is to be awaited."""
    return later(context, requirement)


class TestHandlers:
    @pytest.mark.parametrize("handler", [later, coroutine_of])
    def test_an_async_one_is_awaited_on_the_loop(self, asked, judged, handler):
        judged(handler)

        assert decided(asked)
        assert [threading.get_ident()] == THREADS

    def test_a_sync_one_runs_off_the_loop(self, asked, judged):
        judged(sync)

        assert decided(asked)
        assert THREADS
        assert threading.get_ident() not in THREADS

    @pytest.mark.parametrize("handler", [later, coroutine_of])
    def test_an_async_one_serves_a_sync_caller(self, asked, judged, handler):
        judged(handler)

        assert service.authorize(ADA, asked)

    def test_an_async_veto_is_a_veto(self, asked, judged):
        judged(veto_later)
        judged(sync)

        for result in (decided(asked), service.authorize(ADA, asked)):
            assert [(veto_later, "later")] == [
                (each.handler, each.message) for each in result.failure.reasons
            ]

    @pytest.mark.parametrize("handler", [later, coroutine_of])
    def test_a_sync_caller_on_a_loop_is_told_what_to_call(self, asked, judged, handler):
        """Waiting for the loop on the loop would be for ever."""
        judged(handler)

        async def decide():
            return service.authorize(ADA, asked)

        with pytest.raises(RuntimeError, match=r"service\.aauthorize"):
            asyncio.run(decide())

    def test_a_sync_caller_on_a_loop_may_ask_what_needs_none(self, asked, judged):
        judged(sync)

        async def decide():
            return service.authorize(ADA, asked)

        assert asyncio.run(decide())

    def test_what_one_raises_goes_up_and_is_logged(self, asked, judged, caplog):
        async def broken(context, requirement):
            raise ZeroDivisionError

        judged(broken)

        for decide in (decided, lambda policy: service.authorize(ADA, policy)):
            caplog.clear()
            with caplog.at_level(logging.ERROR), pytest.raises(ZeroDivisionError):
                decide(asked)
            assert "broken raised while judging" in caplog.text

    @pytest.mark.parametrize(("after", "calls"), [(True, 1), (False, 0)])
    def test_handlers_after_a_veto_run_unless_told_otherwise(
        self, asked, judged, settings, after, calls
    ):
        settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "HANDLERS_AFTER_VETO": after}
        judged(veto_later)
        judged(sync)

        assert not decided(asked)
        assert calls == len(THREADS)

    @pytest.mark.parametrize("after", [True, False])
    def test_without_a_veto_all_run(self, asked, judged, settings, after):
        settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "HANDLERS_AFTER_VETO": after}
        judged(sync)
        judged(later)

        assert decided(asked)
        assert 2 == len(THREADS)


class TestJudges:
    def test_a_pure_one_stays_on_the_loop(self):
        assert decided(Pure())
        assert [threading.get_ident()] == THREADS

    def test_one_of_ones_own_leaves_it_unless_it_says_that_it_is_pure(self):
        assert decided(Threaded())
        assert threading.get_ident() not in THREADS

    def test_pure_and_other_ones_stand_beside_each_other(self):
        assert decided(Policy(RequireAuthenticated(), Pure(), Threaded((1,))))
        assert not decided(Policy(RequireAuthenticated(), Pure()), principal=None)
        assert 1 == THREADS.count(threading.get_ident()) - 1

    def test_an_async_one_is_awaited_and_only_true_is_true(self):
        @dataclass(frozen=True)
        class Later(Requirement):
            """Judges later."""

            answer: object
            pure: ClassVar[bool] = True

            async def judge(self, principal, resource, request):
                await asyncio.sleep(0)
                return self.answer

        for decide in (decided, lambda policy: service.authorize(ADA, policy)):
            assert decide(Later(answer=True))
            assert not decide(Later(answer=False))
            assert not decide(Later(answer="yes"))

    def test_one_that_hands_back_an_awaitable_is_awaited_too(self):
        async def answer():
            return True

        @dataclass(frozen=True)
        class Handing(Requirement):
            """Is no coroutine function, and answers a coroutine."""

            pure: ClassVar[bool] = True

            def judge(self, principal, resource, request):
                return answer()

        assert decided(Handing())
        assert service.authorize(ADA, Handing())

    def test_an_async_one_on_a_loop_cannot_serve_a_sync_caller(self):
        @dataclass(frozen=True)
        class Later(Requirement):
            """Judges later."""

            async def judge(self, principal, resource, request):
                return True

        async def decide():
            return service.authorize(ADA, Later())

        with pytest.raises(RuntimeError, match=r"service\.aauthorize"):
            asyncio.run(decide())

    def test_an_awaitable_that_is_no_coroutine_is_no_answer_on_a_loop(self):
        @dataclass(frozen=True)
        class Future(Requirement):
            """Answers a future."""

            def judge(self, principal, resource, request):
                return asyncio.get_running_loop().create_future()

        async def decide():
            return service.authorize(ADA, Future())

        with pytest.raises(RuntimeError, match=r"service\.aauthorize"):
            asyncio.run(decide())

    def test_what_one_raises_goes_up_and_is_logged(self, caplog):
        @dataclass(frozen=True)
        class Broken(Requirement):
            """Cannot judge."""

            def judge(self, principal, resource, request):
                raise ZeroDivisionError

        with caplog.at_level(logging.ERROR), pytest.raises(ZeroDivisionError):
            decided(Broken())
        assert "raised while judging" in caplog.text


class TestAssertions:
    @pytest.mark.parametrize("answer", [True, False, 1, "x", None])
    def test_sync_and_async_ones_satisfy_by_exactly_true(self, answer):
        async def later(context):
            await asyncio.sleep(0)
            return answer

        for assertion in (RequireAssertion(lambda c: answer), RequireAssertion(later)):
            assert (answer is True) is bool(decided(assertion))
            assert (answer is True) is bool(service.authorize(ADA, assertion))


@pytest.mark.django_db
class TestDatabase:
    """No query runs on the loop, whatever a rule reads."""

    @pytest.fixture
    def document(self):
        user = get_user_model().objects.create_user("ada", pk=1)
        tenant = Tenant.objects.create(slug="acme")
        document = Document.objects.create(title="a", owner=user, tenant=tenant)
        document.shared_with.add(user)
        return document

    @pytest.mark.parametrize(
        "rule",
        [
            resource.owner_id == claim("sub"),
            resource.tenant.slug == claim("tenant"),
            resource.shared_with.includes(claim("sub")),
            (resource.tenant.slug == claim("tenant"))
            & (resource.title == claim("title")),
        ],
        ids=repr,
    )
    def test_a_rule_reads_its_relations_in_a_thread(self, document, rule):
        fresh = Document.objects.get(pk=document.pk)

        assert async_to_sync(service.aauthorize)(ADA, rule, fresh)

    def test_a_deferred_column_is_read_in_a_thread(self, document):
        """Its like is read where it stands; this one would be a query on the loop."""
        deferred = Document.objects.only("pk").get()

        assert async_to_sync(service.aauthorize)(
            ADA, resource.title == claim("title"), deferred
        )

    def test_a_sync_handler_may_query(self, document, asked, judged):
        def count(context, requirement):
            if Document.objects.count() == 1:
                context.succeed(requirement)

        judged(count)

        assert async_to_sync(service.aauthorize)(ADA, asked, document)

    def test_an_async_handler_that_queries_like_a_sync_one_fails(self, asked, judged):
        async def count(context, requirement):
            Document.objects.count()

        judged(count)

        with pytest.raises(SynchronousOnlyOperation):
            async_to_sync(service.aauthorize)(ADA, asked)


def test_two_hundred_decisions_at_once_are_of_their_own_principal(asked, judged):
    async def is_even(context, requirement):
        await asyncio.sleep(0)
        if int(context.principal.subject) % 2 == 0:
            context.succeed(requirement)

    judged(is_even)

    async def decide():
        principals = [ClaimsPrincipal.of("x", {"sub": str(n)}) for n in range(200)]
        return await asyncio.gather(
            *(service.aauthorize(each, asked) for each in principals)
        )

    assert [n % 2 == 0 for n in range(200)] == list(map(bool, asyncio.run(decide())))
