"""Under a real ASGI server, no request sees another's principal."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from contextlib import closing

import pytest

CONCURRENT = 200


@pytest.fixture(scope="module")
def port():
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "tests.asgi:application"]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.asgi_settings"}
    with subprocess.Popen(
        [*command, "--port", str(number), "--log-level", "error", "--lifespan", "off"],
        env=environment,
    ) as server:
        _wait_for(number)
        yield number
        server.terminate()


def _wait_for(port):
    for _ in range(200):
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("The ASGI server did not start.")


async def ask(port, path, subject):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = [f"GET {path} HTTP/1.0", "Host: localhost"]
    if subject is not None:
        lines.append(f"Test-Alpha: {json.dumps({'sub': subject})}")
    writer.write("\r\n".join([*lines, "", ""]).encode())
    await writer.drain()
    answer = (await reader.read()).decode()
    writer.close()
    head, _, body = answer.partition("\r\n\r\n")
    return int(head.split()[1]), body


@pytest.mark.parametrize("path", ["/async/", "/sync/", "/undeclared/", "/open/"])
def test_two_hundred_at_once_are_each_themselves(port, path):
    async def all_of_them():
        return await asyncio.gather(
            *(ask(port, path, f"subject-{number}") for number in range(CONCURRENT))
        )

    answers = asyncio.run(all_of_them())

    assert [(200, f"subject-{number}") for number in range(CONCURRENT)] == answers


def test_among_them_the_anonymous_stay_anonymous(port):
    async def mixed():
        return await asyncio.gather(
            *(
                ask(port, "/async/", None if number % 2 else f"s{number}")
                for number in range(CONCURRENT)
            )
        )

    answers = asyncio.run(mixed())

    assert {401} == {status for status, _ in answers[1::2]}
    assert [f"s{n}" for n in range(0, CONCURRENT, 2)] == [b for _, b in answers[::2]]
    assert (200, "nobody") == asyncio.run(ask(port, "/open/", None))
