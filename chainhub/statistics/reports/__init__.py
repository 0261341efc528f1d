"""运行情况月报: a month's figures, lists and text, frozen and signed by hash; what changed since stands beside it. 周报."""
