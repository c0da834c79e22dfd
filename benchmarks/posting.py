"""Posts webhooks over HTTP as quickly as it is answered: `python posting.py PORT CONNECTIONS`, messages from stdin.

Prints the seconds it took. Each connection sends its next message once the last one was answered with 202.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator


def requests() -> list[bytes]:
    made = []
    for body, headers in json.load(sys.stdin):
        lines = [f"{name}: {value}" for name, value in {**headers, "content-length": len(body.encode())}.items()]
        head = "\r\n".join(("POST /webhooks/reveni HTTP/1.1", "host: 127.0.0.1", *lines))
        made.append(f"{head}\r\n\r\n{body}".encode())
    return made


async def connection(port: int, waiting: Iterator[bytes]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in waiting:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 202"), head
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
    writer.close()


async def main(port: int, connections: int) -> None:
    waiting = iter(requests())
    began = time.perf_counter()
    await asyncio.gather(*(connection(port, waiting) for _ in range(connections)))
    print(time.perf_counter() - began)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
