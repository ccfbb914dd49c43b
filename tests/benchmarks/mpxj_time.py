"""Seconds that MPXJ's scheduler for MS Project takes on a plan it has read (median of 3); a script."""

import statistics
import sys
from time import perf_counter

from bim_supervise.schedule.read_mpxj import start_java

start_java()
from java.time import LocalDateTime  # noqa: E402
from org.mpxj import Duration, TimeUnit  # noqa: E402
from org.mpxj.cpm import MicrosoftScheduler  # noqa: E402
from org.mpxj.reader import UniversalProjectReader  # noqa: E402

project = UniversalProjectReader().read(sys.argv[1])
for task in project.getTasks():
    task.setActualDuration(Duration.getInstance(0, TimeUnit.HOURS))
    task.setRemainingDuration(task.getDuration())
took = []
for _ in range(3):
    began = perf_counter()
    MicrosoftScheduler().schedule(project, LocalDateTime.of(2026, 1, 5, 8, 0))
    took.append(perf_counter() - began)
print(statistics.median(took))
