"""``python -m lightpool.cli``."""

from lightpool.cli.group import main

main(prog_name="lightpool")
