"""Which nodes share a task, and which tasks wait for which."""
