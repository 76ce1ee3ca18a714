"""The audit log: who decided what, when and why, as a chain of MACs."""
