"""Which way the data takes: in memory, by the storage, in which version."""
