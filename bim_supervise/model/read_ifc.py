"""Reading an IFC model: from a file on disk to a ``ModelReading``, in a child process with limits.

``read_model`` is the only door. The parser is imported in the child alone: a corrupt file can crash it
or eat its memory, and it does not return memory to the system.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from bim_supervise.core.child import Progress, run_limited
from bim_supervise.model.elements import ModelReading
from bim_supervise.model.read_child import read_in_child


def read_model(
    path: Path,
    *,
    accept_partial: bool = False,
    timeout_s: float = 900.0,
    memory_bytes: int = 8 << 30,
    on_progress: Progress | None = None,
) -> ModelReading:
    """Read an IFC model (IFC2X3, IFC4, IFC4X3 in SPF form, plain or zipped).

    Args:
        path: the file; whether it is zipped is seen from its content, not from its name.
        accept_partial: read a truncated or damaged file as far as it goes; the reading is then marked
            ``partial`` and says in its warnings what is missing. Without it such a file is refused.
        timeout_s: the reading is stopped after this many seconds.
        memory_bytes: limit of the reader's address space [bytes].
        on_progress: called with a stage (``check open relations elements bounding_boxes content_hash
            spaces``) and the share 0..1 done of it.

    Returns:
        Elements with content hashes, storeys, spaces, bill items, georeference, and warnings.

    Raises:
        InputRefused: ``file_not_found not_a_file file_unreadable file_empty git_lfs_pointer
            gzip_compressed utf16_encoded ifcxml_unsupported not_an_ifc schema_unsupported zip_damaged
            zip_bomb zip_several_models zip_without_model ifc_header_damaged ifc_without_instances``: it
            is no IFC that can be read;
            ``ifc_truncated ifc_damaged ifc_syntax_error``: part of it is missing (see ``accept_partial``);
            ``reader_timeout reader_memory reader_crashed``: the reader had to be stopped.
    """
    with tempfile.TemporaryDirectory(prefix="bim-supervise-") as folder:
        reading: ModelReading = run_limited(
            read_in_child,
            str(Path(path).absolute()),
            folder,
            accept_partial,
            timeout_s=timeout_s,
            memory_bytes=memory_bytes,
            on_progress=on_progress,
        )
    return reading
