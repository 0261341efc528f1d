"""`python -m bench`. Clients are processes that import this file again, so it imports nothing by itself."""

if __name__ == "__main__":
    import sys

    from bench.running import main

    sys.exit(main())
