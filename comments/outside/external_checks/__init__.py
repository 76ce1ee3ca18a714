"""Checks by other programs before a comment is public: asked, answered, and told what became of it."""
