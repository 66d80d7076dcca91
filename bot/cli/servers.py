"""The commands that serve other programs: `dateline mcp` and `dateline serve`."""

from typing import Annotated

import typer

from bot.cli.opening import require, settings
from bot.cli.options import Articles, AsOf, PromptsDirectory, StoreDirectory

# ruff: noqa: PLC0415
Host = Annotated[
    str | None,
    typer.Option("--host", metavar="ADDRESS", help="Where to listen. Default: this machine alone."),
]
Port = Annotated[
    str | None, typer.Option("--port", metavar="N", help="Port to listen on. Default: 8765.")
]


def mcp(
    *,
    http: Annotated[
        bool, typer.Option("--http", help="Serve over HTTP instead of standard input and output.")
    ] = False,
    host: Host = None,
    port: Port = None,
    articles: Articles = None,
    store: StoreDirectory = None,
    prompts: PromptsDirectory = None,
    as_of: AsOf = None,
) -> None:
    """Give agents the tools ask, search, show and sources (MCP)."""
    config = settings(articles, store, as_of, prompts, host=host, port=port)
    require("mcp")
    from bot.mcp.run import run_http, run_stdio

    (run_http if http else run_stdio)(config)


def serve(
    *,
    host: Host = None,
    port: Port = None,
    articles: Articles = None,
    store: StoreDirectory = None,
    prompts: PromptsDirectory = None,
    as_of: AsOf = None,
) -> None:
    """Answer over HTTP and on a web page, until stopped."""
    config = settings(articles, store, as_of, prompts, host=host, port=port)
    require("serve")
    from bot.serve.run import run

    run(config)
