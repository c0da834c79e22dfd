"""`python -m retoure.connectors.simulators scayle|reveni --port N [--seed N]`: one simulator in the foreground."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from .reveni.app import ReveniSimulator
from .reveni.state import API_KEY, STORE
from .scayle.app import TOKEN, ScayleSimulator
from .server import HOST, serve_until_stopped


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM; prints `listening on http://127.0.0.1:PORT` once it does."""
    wanted = _parser().parse_args(arguments)
    serve_until_stopped(
        _app(wanted),
        port=wanted.port,
        host=wanted.host,
        started=lambda url: print(f"listening on {url}", flush=True),
    )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="retoure.connectors.simulators", description=__doc__)
    parser.add_argument("platform", choices=("scayle", "reveni"))
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--host", default=HOST, help="the address to listen on")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--token", default=TOKEN, help="SCAYLE access token")
    parser.add_argument("--api-key", default=API_KEY, help="Reveni API key, also the webhook key")
    parser.add_argument("--store", default=STORE, help="Reveni store id")
    return parser


def _app(wanted: argparse.Namespace) -> ScayleSimulator | ReveniSimulator:
    if wanted.platform == "scayle":
        return ScayleSimulator(seed=wanted.seed, tokens={wanted.token: None})
    return ReveniSimulator(seed=wanted.seed, store=wanted.store, api_key=wanted.api_key)


if __name__ == "__main__":
    sys.exit(main())
