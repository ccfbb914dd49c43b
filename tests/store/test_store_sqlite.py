"""The contract of a store, kept by SQLite."""

import pytest
from contract_evidence import EvidenceContract
from contract_people import PeopleContract
from contract_readings import ReadingsContract
from contract_setup import SetupContract
from contract_silences import SilencesContract


@pytest.fixture
def stores(sqlite_stores):
    return sqlite_stores


class TestSqliteSetup(SetupContract):
    pass


class TestSqliteEvidence(EvidenceContract):
    pass


class TestSqliteReadings(ReadingsContract):
    pass


class TestSqlitePeople(PeopleContract):
    pass


class TestSqliteSilences(SilencesContract):
    pass
