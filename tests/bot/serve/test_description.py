"""Requests made from the OpenAPI description, held against what it promises."""

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import positive_data_acceptance

pytestmark = pytest.mark.enable_socket


@pytest.fixture(scope="module")
def described(address: str) -> schemathesis.BaseSchema:
    load_all_checks()
    return schemathesis.openapi.from_url(f"{address}/openapi.json")


described_api = schemathesis.pytest.from_fixture("described")


@described_api.parametrize()
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_description_is_true(case: schemathesis.Case) -> None:
    # Which articles there are, and which words are in them, no schema tells.
    case.call_and_validate(excluded_checks=[positive_data_acceptance], timeout=60)
