"""Pieces of a long check on several cores, with the answers in the order of the pieces.

The helpers are fresh interpreters that import one module: they are at work in a fraction of a second, where a
process pool would first import the caller's whole program, and forking a program with threads is not safe.
Until they are up, and whenever the answer that is next is not there yet, this process checks pieces itself.
"""

from __future__ import annotations

import importlib
import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from itertools import islice
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Any, TypeVar

_AHEAD = 4
"""Pieces per core that are taken before their turn, so that none waits for another."""
_IN_HAND = 2
"""Pieces that a helper is given at once: the thread that feeds it may wait milliseconds for its turn."""

Piece = TypeVar("Piece")
Answer = TypeVar("Answer")


def side_by_side(
    check: Callable[[Piece], Answer], pieces: Iterable[Piece], cores: int
) -> Generator[Answer, None, None]:
    """The answer to each piece, in order. Close the generator when it is left early: the helpers end with it.

    Args:
        check: a pure function of a module; pieces and answers must be picklable.
        pieces: taken only a little ahead of the answers.
        cores: processes at work, this one included; one core, or one piece, needs no helper.
    """
    remaining = iter(pieces)
    first = list(islice(remaining, 2))
    if cores < 2 or len(first) < 2:
        for piece in (*first, *remaining):
            yield check(piece)
        return
    with ExitStack() as stack:
        offered: _Offered = SimpleQueue()
        threads = ThreadPoolExecutor(cores - 1)
        stack.callback(threads.shutdown)
        for _ in range(cores - 1):
            threads.submit(_serve, stack.enter_context(_Helper(check)), offered)
            # Each helper's thread ends when it takes one of these.
            stack.callback(offered.put, None)
        waiting: deque[_Waiting] = deque()

        def offer(pieces: Iterable[Piece]) -> None:
            for piece in pieces:
                waiting.append(item := _Waiting(piece))
                offered.put((item.piece, item.future))

        offer(first)
        while waiting:
            offer(islice(remaining, cores * _AHEAD - len(waiting)))
            while not waiting[0].future.done():
                # When every piece is with a helper, the next one is checked here as well: whoever is first.
                free = next((item for item in waiting if item.future.cancel()), waiting[0])
                free.take_over(check)
            yield waiting.popleft().answer(check)


class _Waiting:
    """A piece and the answer that is to come: from a helper, or from this process once it has taken over."""

    def __init__(self, piece: Any) -> None:
        self.piece = piece
        self.future: Future[Any] = Future()

    def take_over(self, check: Callable[[Any], Any]) -> None:
        self.future = Future()
        self.future.set_result(check(self.piece))

    def answer(self, check: Callable[[Any], Any]) -> Any:
        try:
            return self.future.result()
        except _HelperGone:
            return check(self.piece)


_Offered = SimpleQueue[tuple[Any, Future[Any]] | None]


def _serve(helper: _Helper, offered: _Offered) -> None:
    """Hand pieces to a helper until there are no more, the next always before it has answered the last."""
    handed: deque[Future[Any]] = deque()
    try:
        while True:
            while len(handed) < _IN_HAND:
                try:
                    item = offered.get(block=not handed)
                except Empty:
                    break
                if item is None:
                    return
                piece, future = item
                if future.set_running_or_notify_cancel():
                    handed.append(future)
                    helper.send(piece)
            if handed:
                answer = helper.receive()
                handed.popleft().set_result(answer)
    except _HelperGone as gone:
        for future in handed:
            future.set_exception(gone)


class _HelperGone(Exception):
    """A helper ended before it answered."""


class _Helper:
    """An interpreter that answers one piece after the other."""

    def __init__(self, check: Callable[[Any], Any]) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", __name__, check.__module__, check.__qualname__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )

    def send(self, piece: Any) -> None:
        assert self._process.stdin is not None
        try:
            pickle.dump(piece, self._process.stdin, pickle.HIGHEST_PROTOCOL)
            self._process.stdin.flush()
        except (OSError, ValueError) as error:
            raise _HelperGone from error

    def receive(self) -> Any:
        assert self._process.stdout is not None
        try:
            return pickle.load(self._process.stdout)  # noqa: S301 - from our own helper
        except (EOFError, OSError, ValueError, pickle.UnpicklingError) as error:
            raise _HelperGone from error

    def __enter__(self) -> _Helper:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Killing it ends a thread that still waits for its answer.
        self._process.kill()
        self._process.wait()


def _main() -> None:
    check = getattr(importlib.import_module(sys.argv[1]), sys.argv[2])
    pieces: SimpleQueue[Any] = SimpleQueue()

    # Pieces are taken in while an answer is written, so that neither side waits for the other to read.
    def take() -> None:
        try:
            while True:
                pieces.put((pickle.load(sys.stdin.buffer),))  # noqa: S301 - from our parent
        finally:
            pieces.put(None)

    Thread(target=take, daemon=True).start()
    while (taken := pieces.get()) is not None:
        pickle.dump(check(*taken), sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    _main()
