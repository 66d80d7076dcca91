"""A short run of every fuzzer; `python -m tests.fuzz 3600` goes on for an hour."""

import os

import pytest

from tests.fuzz.__main__ import fuzz
from tests.fuzz.targets import TARGETS

SECONDS = float(os.environ.get("DATELINE_FUZZ_SECONDS", "16"))
"""For all targets together."""
SHARES = {"readers": 0.5, "arguments": 0.2, "settings": 0.1, "evaluations": 0.2}


@pytest.mark.parametrize("name", TARGETS)
def test_no_case_goes_wrong(name: str) -> None:
    tried, findings = fuzz(name, SECONDS * SHARES[name], seed="1")
    assert findings == []
    assert tried
