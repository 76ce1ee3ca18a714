"""Every question that is asked about queues, decisions and the log."""
