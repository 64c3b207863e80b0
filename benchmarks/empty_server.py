"""A server as the sandbox has it, whose only handler answers nothing but ok."""

import asyncio
import sys

from aiohttp import web

from benchmarks.slack import stay_on_core

_ANSWER = b'{"ok":true}'


async def _ok(_request: web.Request) -> web.StreamResponse:
    return web.Response(body=_ANSWER, content_type="application/json")


async def serve() -> None:
    application = web.Application()
    application.add_routes([web.post("/api/{method}", _ok)])
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    stay_on_core()
    asyncio.run(serve())
