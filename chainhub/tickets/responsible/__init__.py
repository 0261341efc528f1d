"""The responsibility list where tickets are: whom it names for one, what a change of it would have done, its pages."""
