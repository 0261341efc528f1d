"""`python -m chainhub` is the command line."""

from chainhub.cli import main

main()
