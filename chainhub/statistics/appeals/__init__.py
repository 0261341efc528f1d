"""考核申诉: a unit says that a case should not count in a figure, another person of the committee decides."""
