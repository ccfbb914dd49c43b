"""Run a function on untrusted input in a child process with limits of time and memory.

A corrupt file can crash, hang or eat the memory of the library that reads it; the child contains
that. What comes back is unpickled with an allow-list, so that a hijacked child cannot run code here.
"""

from __future__ import annotations

import importlib
import io
import os
import pickle
import resource
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any, BinaryIO

from bim_supervise.core.errors import InputRefused, SupervisionError

Progress = Callable[[str, float], None]
"""Called with a stage name and the share done 0..1 of that stage."""

_ALLOWED = {
    ("builtins", "set"),
    ("builtins", "frozenset"),
    ("builtins", "complex"),
    ("datetime", "datetime"),
    ("datetime", "date"),
    ("datetime", "time"),
    ("datetime", "timedelta"),
    ("datetime", "timezone"),
    ("copyreg", "_reconstructor"),
    ("collections", "OrderedDict"),
}
_HEADER = struct.Struct("<cQ")


class _AllowListUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        own_data = module.startswith("bim_supervise.") and "." not in name
        if not own_data and (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} is not allowed in a child's answer")
        found = super().find_class(module, name)
        if own_data and not isinstance(found, type):
            raise pickle.UnpicklingError(f"{module}.{name} is no data class")
        return found


def _send(pipe: BinaryIO, tag: bytes, value: Any) -> None:
    data = pickle.dumps(value)
    pipe.write(_HEADER.pack(tag, len(data)))
    pipe.write(data)
    pipe.flush()


def _receive(pipe: BinaryIO) -> tuple[bytes, Any] | None:
    header = pipe.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return None
    tag, size = _HEADER.unpack(header)
    data = pipe.read(size)
    if len(data) < size:
        return None
    return tag, _AllowListUnpickler(io.BytesIO(data)).load()


def run_limited(
    function: Callable[..., Any],
    *arguments: Any,
    timeout_s: float = 900.0,
    memory_bytes: int = 8 << 30,
    on_progress: Progress | None = None,
) -> Any:
    """Call ``function(*arguments, progress)`` in a child process and return its result.

    Args:
        function: a module-level function; its last parameter is a ``Progress`` callback.
        arguments: picklable arguments.
        timeout_s: the child is killed after this many seconds.
        memory_bytes: limit of the child's address space [bytes].
        on_progress: called in this process with what the child reports.

    Raises:
        InputRefused: ``reader_timeout``, ``reader_memory`` or ``reader_crashed``; and whatever
            ``SupervisionError`` the function itself raised.
    """
    answer_read, answer_write = os.pipe()
    request = pickle.dumps((function.__module__, function.__qualname__, arguments, memory_bytes))
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", "bim_supervise.core.child", str(answer_write)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        pass_fds=(answer_write,),
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )
    os.close(answer_write)
    timed_out = threading.Event()

    def give_up() -> None:
        timed_out.set()
        process.kill()

    timer = threading.Timer(timeout_s, give_up)
    timer.start()
    errors: list[bytes] = []
    assert process.stdin is not None
    assert process.stderr is not None
    drain = threading.Thread(target=lambda stream: errors.append(stream.read()), args=(process.stderr,))
    drain.start()
    try:
        try:
            process.stdin.write(request)
            process.stdin.close()
        except BrokenPipeError:
            pass  # the child died at once; its exit code tells why
        with os.fdopen(answer_read, "rb") as pipe:
            while (message := _receive(pipe)) is not None:
                tag, value = message
                if tag == b"P":
                    if on_progress:
                        on_progress(*value)
                elif tag == b"E":
                    kind, code, text, hint, params = value
                    if kind == "memory":
                        raise _out_of_memory(memory_bytes)
                    raise InputRefused(code, text, hint, **params)
                else:
                    return value
    finally:
        timer.cancel()
        process.kill()
        process.wait()
        drain.join()
        process.stderr.close()
    if timed_out.is_set():
        raise InputRefused(
            "reader_timeout",
            f"Reading took longer than {timeout_s:.0f} s and was stopped.",
            "Check the file in its authoring tool, or split it by discipline.",
            seconds=timeout_s,
        )
    last_words = b"".join(errors).decode("utf-8", "replace").strip().splitlines()[-1:]
    if last_words and "MemoryError" in last_words[0]:
        raise _out_of_memory(memory_bytes)
    code = process.returncode
    cause = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    raise InputRefused(
        "reader_crashed",
        f"The reader of this file stopped unexpectedly ({cause}). {''.join(last_words)}".strip(),
        "The file is probably damaged: export it again, or open and save it in its authoring tool.",
        cause=cause,
        detail="".join(last_words) or None,
    )


def _out_of_memory(memory_bytes: int) -> InputRefused:
    return InputRefused(
        "reader_memory",
        f"Reading needs more than {memory_bytes / 2**30:.1f} GiB of memory and was stopped.",
        "Split the file by discipline or storey, or raise the memory limit.",
        gibibytes=memory_bytes / 2**30,
    )


def _main() -> None:
    pipe = os.fdopen(int(sys.argv[1]), "wb")
    module, name, arguments, memory_bytes = pickle.loads(sys.stdin.buffer.read())  # noqa: S301 - from our parent
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def progress(stage: str, share: float) -> None:
        _send(pipe, b"P", (stage, share))

    try:
        function = getattr(importlib.import_module(module), name)
        _send(pipe, b"R", function(*arguments, progress))
    except MemoryError:
        _send(pipe, b"E", ("memory", "", "", "", {}))
    except SupervisionError as error:
        params = {key: str(value) for key, value in error.params.items() if value is not None}
        _send(pipe, b"E", ("refused", error.code, error.message, error.hint, params))


if __name__ == "__main__":
    _main()
