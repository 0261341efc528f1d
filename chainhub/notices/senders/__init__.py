"""The ways out, each behind one Protocol. Own few lines where a package is wrong on the wire (see decision 0018)."""
