"""What the processes of one service share: they tell each other of their commits as soon as they are made."""

from comments.broadcast.channels import BroadcastChannel
from comments.broadcast.factory import channels_of, valkey_of
from comments.broadcast.peers import Peers
from comments.broadcast.valkey import Valkey, ValkeyAway

__all__ = ["BroadcastChannel", "Peers", "Valkey", "ValkeyAway", "channels_of", "valkey_of"]
