"""The pages where an owner sets up a site. Each section shows and asks; the actions are their rooms' own."""
