"""The facade: the only place where rooms are wired together; all that faces may know."""
