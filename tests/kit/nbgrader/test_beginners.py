"""A class of beginners gets the points that it earned, and pages that say what is true."""

from __future__ import annotations

import pytest

# nbgrader 0.9.6 adds submissions in an order that SQLAlchemy 2.1 warns of
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
