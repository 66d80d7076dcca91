"""Run the command line: `dateline`, or `python -m dateline`."""

from bot.__main__ import main

if __name__ == "__main__":
    main()
