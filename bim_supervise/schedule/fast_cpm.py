"""The critical path of large plans in compiled passes, with calendars, and again after one change.

The dates are those of ``cpm.calculate``; a test compares both on random plans. Plans with summaries, actual
dates, manual tasks or Primavera's rules are left to ``cpm`` (``fast_network.reason_against``).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bim_supervise.core.errors import InputRefused
from bim_supervise.schedule.fast_kernels import DURATION, NONE, OFF, backward, change, forward
from bim_supervise.schedule.fast_network import FastNetwork, Int

_forward: Any = forward
_backward: Any = backward
_change: Any = change
"""Any, because compiled functions take the network's tables as they are unpacked."""


class FastPath:
    """The dates of one network, kept up to date.

    All moments are minutes since 1970-01-01 00:00 wall time, by node of the network.

    Args:
        network: the plan as arrays.
        data_date: nothing is planned before it [minutes]; None leaves it out.

    Raises:
        InputRefused: ``plan_beyond_calendars`` when a calendar ends before a date is reached.
    """

    def __init__(self, network: FastNetwork, *, data_date: int | None = None) -> None:
        self.network = network
        calendars = network.calendars
        self.tables: Any = (
            calendars.shifts, calendars.first, calendars.days, calendars.low_day,
            network.nodes, network.links, network.spans, network.out_link,
        )  # fmt: skip
        """What every compiled pass takes first."""
        self._floor = NONE if data_date is None else data_date
        count = len(network.ids)
        self.early_start: Int = np.zeros(count, np.int64)
        self.early_finish: Int = np.zeros(count, np.int64)
        self.late_start: Int = np.zeros(count, np.int64)
        self.late_finish: Int = np.zeros(count, np.int64)
        self._dirty: NDArray[np.uint8] = np.zeros(count, np.uint8)
        self.finish = NONE
        self.calculate()

    def calculate(self) -> None:
        """Work out all early and late dates."""
        start = self.network.project_start
        self.finish = int(
            _forward(
                *self.tables,
                self.early_start,
                self.early_finish,
                self._floor,
                start,
            )
        )
        _backward(
            *self.tables,
            self.early_finish,
            self.late_start,
            self.late_finish,
            self.finish,
        )
        self._check()

    def change_duration(self, node: int, minutes: int) -> int:
        """Give one task another duration and carry it through; returns how many dates were worked out anew.

        Args:
            node: number of the task in the network.
            minutes: its new duration in minutes of its calendar.
        """
        self.network.nodes[node, DURATION] = minutes
        dates: Any = (self.early_start, self.early_finish, self.late_start, self.late_finish)
        finish, worked = _change(
            node,
            *self.tables,
            dates,
            self._dirty,
            self._floor,
            self.network.project_start,
            self.finish,
        )
        self.finish = int(finish)
        self._check()
        return int(worked)

    def _check(self) -> None:
        if self.finish >= OFF or (len(self.late_start) and int(self.late_finish.max()) >= OFF):
            raise InputRefused(
                "plan_beyond_calendars",
                "A calendar has no working time up to the finish of the plan.",
                "Extend the calendar, or shorten the durations and lags that use it.",
            )
