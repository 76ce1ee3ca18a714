"""What the processes of one service share: they tell each other of their commits as soon as they are made."""

from comments.broadcast.channels import Line
from comments.broadcast.factory import lines_of, valkey_of
from comments.broadcast.peers import Siblings
from comments.broadcast.valkey import Valkey, ValkeyAway

__all__ = ["Line", "Siblings", "Valkey", "ValkeyAway", "lines_of", "valkey_of"]
