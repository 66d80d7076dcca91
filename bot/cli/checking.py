"""`dateline doctor`: prints each check as soon as it is made."""

import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING

from bot.cli.output import print_json
from bot.cli.render import check_blocks, console, print_blocks
from bot.doctor import Check, checks

if TYPE_CHECKING:
    from bot.config import Config


def checked(config: "Config", as_json: bool) -> list[Check]:
    """Make all checks and print them."""
    found: list[Check] = []
    out = console(sys.stdout)
    is_seen = out.file.isatty() and not as_json
    with out.status("looking…") if is_seen else nullcontext():
        for check in checks(config):
            found.append(check)
            if not as_json:
                print_blocks(out, check_blocks([check]))
                out.file.flush()
    if as_json:
        print_json(found)
    return found
