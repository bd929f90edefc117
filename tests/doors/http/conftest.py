"""A served office, one for all tests of a file: they add sessions to it, and little else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hilt.gate.record import keeping_open
from office import Office
from web_office import WebOffice


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebOffice]:
    office = Office.copied(tmp_path_factory.mktemp("office"))
    with keeping_open(office.settings):
        yield WebOffice(office)
