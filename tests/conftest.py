"""What holds for every test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from office import Office

os.environ["OPENBLAS_NUM_THREADS"] = (
    "1"  # each core has a test of its own: threads that wait for theirs took five times as long
)

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # the hundreds of processes that tests start compile hilt once

settings.register_profile("hilt", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("many", settings.get_profile("hilt"), max_examples=1000)
settings.load_profile("hilt")  # no property may fail because the machine is busy


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: for a quarter of their time tests wait for a disk, a browser or another process."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session", autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A digest store and a usual record of the tests' own, for this process and those that it starts."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("cache", "data", "state"):
            patch.setenv(f"XDG_{name.upper()}_HOME", str(tmp_path_factory.mktemp(name)))
        for variable in ("HILT_KEY", "HILT_KEY_PASSWORD", "HILT_LOG_KEY_PASSWORD"):
            patch.delenv(variable, raising=False)
        yield


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Four people who decide, and their administrator."""
    from office import Office

    return Office.copied(tmp_path)
