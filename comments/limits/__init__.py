"""Rate limits: how often an address, a thread or a site may do a thing. Counted in this process."""

from comments.limits.rates import Limits, Rate

__all__ = ["Limits", "Rate"]
