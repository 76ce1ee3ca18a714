"""An owner on the pages of their site, on both databases."""

import pytest

from tests.identity.conftest import visitor
from tests.identity.visiting import Visitor

__all__ = ["visitor"]


@pytest.fixture
def ana(visitor: Visitor) -> Visitor:
    """Ana, who owns the site `blog` and is signed in."""
    visitor.sign_in()
    return visitor
