"""典型案例: what went well, told to everybody here once the enterprise has agreed to these very words."""
