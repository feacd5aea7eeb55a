"""Public bases of models: one mediator, one kind of dark matter, and what subclasses may override."""
