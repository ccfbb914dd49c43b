"""Sign-offs: capacities, passwords, and the append-only hash chain. Pure: no I/O, no clock."""
