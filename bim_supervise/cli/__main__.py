"""``python -m bim_supervise.cli``: the command line without its installed script."""

from bim_supervise.cli import main

main()
