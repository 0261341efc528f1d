"""The measuring instrument of `make bench`: fill a county, serve it as the product does, measure, write it down."""
