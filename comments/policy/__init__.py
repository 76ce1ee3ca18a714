"""What a site has laid down, and what is known of who writes: the facts the rules judge by, and bans."""
