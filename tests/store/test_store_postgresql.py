"""The contract of a store, kept by PostgreSQL."""

import pytest
from contract_evidence import EvidenceContract
from contract_people import PeopleContract
from contract_readings import ReadingsContract
from contract_setup import SetupContract
from contract_silences import SilencesContract
from sqlalchemy import text

pytestmark = pytest.mark.postgresql


@pytest.fixture
def stores(postgresql_stores):
    return postgresql_stores


class TestPostgresqlSetup(SetupContract):
    pass


class TestPostgresqlEvidence(EvidenceContract):
    examples = 6


class TestPostgresqlReadings(ReadingsContract):
    examples = 6


class TestPostgresqlPeople(PeopleContract):
    def test_the_ledger_cannot_be_emptied_at_once(self, stores):
        from bim_supervise.core.errors import StoreFailed

        store = stores()
        with pytest.raises(StoreFailed), store.transaction() as work:
            list(work.raw_rows(text("TRUNCATE ledger_entry")))


class TestPostgresqlSilences(SilencesContract):
    examples = 3
