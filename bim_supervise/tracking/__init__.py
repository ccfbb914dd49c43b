"""Where plan meets evidence: element-task links, the life of elements and tasks, status by day."""
