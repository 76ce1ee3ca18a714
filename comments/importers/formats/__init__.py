"""The formats an import reads, one file each, and their registry."""
