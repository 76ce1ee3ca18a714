"""Who is told of what by mail: moderators of what waits, readers of replies, both with a way to stop it."""
