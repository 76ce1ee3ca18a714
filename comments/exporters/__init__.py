"""Taking discussions out, losslessly."""
