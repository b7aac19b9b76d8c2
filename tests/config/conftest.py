"""The small centre of these tests, fresh for each test or lasting for a module."""

import pytest
from small_centre import small_centre


@pytest.fixture
def folder(tmp_path):
    return small_centre(tmp_path)


@pytest.fixture(scope="module")
def lasting_folder(tmp_path_factory):
    """For tests that only read: Hypothesis draws many examples against one folder."""
    return small_centre(tmp_path_factory.mktemp("lasting"))
