"""Authors as moderators know them: how they fared, messages and replies to them."""
