"""Where the process begins: Ctrl-C while the modules are still loading is one line too."""

import os
import sys


def main() -> None:
    """Run the command line."""
    # The matrices here are small: threads that wait for each other take twice the time.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from bot.cli.app import main as command_line  # noqa: PLC0415

        command_line()
    except KeyboardInterrupt:
        sys.stderr.write("dateline: stopped\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
