"""Tables of model revisions: elements, storeys, spaces and bill items as they were read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Double
from sqlmodel import Field

from bim_supervise.store.column_types import Document, Instant
from bim_supervise.store.tables_base import Base


class ModelTable(Base, table=True):
    """A loaded IFC file; ``load_order`` grows whenever a file is loaded, also when it was known already.

    The revision of each ``discipline`` that was loaded last belongs to the federated project.
    """

    __tablename__ = "model"

    id: int | None = Field(default=None, primary_key=True)
    sha256: str = Field(unique=True)
    file_name: str
    size_bytes: int = Field(sa_type=BigInteger)
    schema_name: str
    authoring_tool: str | None = None
    project_name: str | None = None
    partial: bool
    loaded_at: datetime = Field(sa_type=Instant)
    load_order: int
    discipline: str | None = None
    georeference: Any = Field(sa_type=Document)
    warnings: Any = Field(sa_type=Document)
    seconds: Any = Field(sa_type=Document)


class ElementTable(Base, table=True):
    """An element of a revision; ``position`` is its place in the file, since GlobalIds may be doubled."""

    __tablename__ = "element"

    model_id: int = Field(primary_key=True, foreign_key="model.id")
    position: int = Field(primary_key=True)
    global_id: str = Field(index=True)
    ifc_class: str
    name: str | None = None
    predefined_type: str | None = None
    tag: str | None = None
    type_name: str | None = None
    storey: str | None = None
    space: str | None = None
    material: str | None = None
    classifications: Any = Field(sa_type=Document)
    systems: Any = Field(default=None, sa_type=Document, nullable=True)
    quantities: Any = Field(sa_type=Document)
    bounding_box: Any = Field(sa_type=Document, nullable=True)
    content_hash: str
    shape_hash: str | None = None
    placement_hash: str | None = None
    part_of: str | None = None
    properties_hash: str | None = None


class ElementPropertiesTable(Base, table=True):
    """The property sets of an element, apart from it: they are large and asked for one element at a time."""

    __tablename__ = "element_properties"

    model_id: int = Field(primary_key=True, foreign_key="model.id")
    global_id: str = Field(primary_key=True)
    properties: Any = Field(sa_type=Document)


class ElementSuccessionTable(Base, table=True):
    """An element under another GlobalId in a later revision, or the question which one it has become.

    ``state`` is ``carried``, ``review``, ``confirmed`` or ``refused``; ``after`` is null while undecided and
    where a person said that it is gone.
    """

    __tablename__ = "element_succession"

    id: int | None = Field(default=None, primary_key=True)
    before_model: int = Field(foreign_key="model.id")
    after_model: int = Field(foreign_key="model.id")
    before: str = Field(index=True)
    after: str | None = None
    evidence: str
    changes: Any = Field(sa_type=Document)
    candidates: Any = Field(sa_type=Document)
    state: str
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=Instant, nullable=True)
    reason: str | None = None


class StoreyTable(Base, table=True):
    """A storey of a revision."""

    __tablename__ = "storey"

    model_id: int = Field(primary_key=True, foreign_key="model.id")
    position: int = Field(primary_key=True)
    global_id: str
    name: str
    elevation: float | None = Field(default=None, sa_type=Double)


class SpaceTable(Base, table=True):
    """A space of a revision."""

    __tablename__ = "space"

    model_id: int = Field(primary_key=True, foreign_key="model.id")
    position: int = Field(primary_key=True)
    global_id: str
    name: str
    long_name: str | None = None
    storey: str | None = None
    polygon: Any = Field(sa_type=Document, nullable=True)
    z_min: float | None = Field(default=None, sa_type=Double)
    z_max: float | None = Field(default=None, sa_type=Double)


class BillItemTable(Base, table=True):
    """A priced line of a revision."""

    __tablename__ = "bill_item"

    model_id: int = Field(primary_key=True, foreign_key="model.id")
    position: int = Field(primary_key=True)
    global_id: str
    identification: str | None = None
    name: str
    value: float | None = Field(default=None, sa_type=Double)
    quantity: float | None = Field(default=None, sa_type=Double)
    unit: str | None = None
    element_ids: Any = Field(sa_type=Document)
    task_source_ids: Any = Field(sa_type=Document)
