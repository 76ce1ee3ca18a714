"""What the processes of one service share: they tell each other of their commits as soon as they are made."""

from comments.siblings.lines import Line
from comments.siblings.opening import lines_of, valkey_of
from comments.siblings.siblings import Siblings
from comments.siblings.valkey import Valkey, ValkeyAway

__all__ = ["Line", "Siblings", "Valkey", "ValkeyAway", "lines_of", "valkey_of"]
