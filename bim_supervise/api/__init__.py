"""The facade: the only place where rooms are wired together; all that faces may know."""

from bim_supervise.api.cases import CaseDraft
from bim_supervise.api.intake import WorkReport
from bim_supervise.api.listening import listen
from bim_supervise.api.model_tables import element_table
from bim_supervise.api.permissions import Action, may_enter
from bim_supervise.api.project import Project, installed_packs, shared_project
from bim_supervise.api.restoring import restore
from bim_supervise.api.signing import ledger_file_length, verify_ledger_file
from bim_supervise.api.site_records import RECORDS, SiteRecord, record_right
from bim_supervise.api.stations import listen_hj212
from bim_supervise.tracking.suggest import LEAST_CONFIDENCE

__all__ = [
    "LEAST_CONFIDENCE",
    "RECORDS",
    "Action",
    "CaseDraft",
    "Project",
    "SiteRecord",
    "WorkReport",
    "element_table",
    "installed_packs",
    "ledger_file_length",
    "listen",
    "listen_hj212",
    "may_enter",
    "record_right",
    "restore",
    "shared_project",
    "verify_ledger_file",
]
