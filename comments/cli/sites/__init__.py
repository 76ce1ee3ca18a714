"""Commands about a site: its settings, team, pages, bans, webhooks."""
