"""Tasks, calendars, the task graph and the critical path; readers of schedule files."""
