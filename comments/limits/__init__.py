"""Rate limits: how often an address, a thread or a site may do a thing. Counted here, and told to others."""

from comments.limits.rates import Limits, Rate
from comments.limits.shared_counts import share

__all__ = ["Limits", "Rate", "share"]
