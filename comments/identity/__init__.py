"""Who is asking and what they may do: guests by token, moderators by API token or session."""
