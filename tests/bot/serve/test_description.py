"""Requests made from the OpenAPI description, held against what it promises."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import load_all_checks
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from bot.serve.openapi import description

pytestmark = pytest.mark.enable_socket

load_all_checks()
REFUSED = [
    "400",
    "401",
    "403",
    "404",
    "405",
    "406",
    "409",
    "413",
    "415",
    "422",
    "428",
    "429",
    "5xx",
]
"""What may answer a request that is not as described; schemathesis leaves out 413, too long."""
CONFIG = schemathesis.Config.from_dict(
    {"checks": {"negative_data_rejection": {"expected-statuses": REFUSED}}}
)
DESCRIBED = schemathesis.openapi.from_dict(description(), config=CONFIG)
FOUND = [found.ok() for found in DESCRIBED.get_all_operations() if isinstance(found, Ok)]
OPERATIONS = {operation.label: operation for operation in FOUND}
MODES = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]
NOTHING_TO_SEND = ("/v1/models", "/healthz", "/openapi.json")


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", OPERATIONS)
def test_the_description_is_true(
    label: str, mode: schemathesis.GenerationMode, address: str
) -> None:
    operation = OPERATIONS[label]
    if mode is schemathesis.GenerationMode.NEGATIVE and label.endswith(NOTHING_TO_SEND):
        return

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    def holds(case: Any) -> None:
        # Which articles there are, and which words are in them, no schema tells.
        excluded: Any = [positive_data_acceptance]
        case.call_and_validate(base_url=address, excluded_checks=excluded, timeout=60)

    holds()
