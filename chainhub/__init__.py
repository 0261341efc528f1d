"""ChainHub: a county's industry chains, from a problem reported to a problem struck off.

Read `chainhub/tickets/workflow.py` first: one row per sentence a clerk would say. Then
`docs/architecture.md` for the rooms and floors.
"""

__version__ = "0.1.0"
