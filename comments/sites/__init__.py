"""Sites, their origins and what their owners have set."""
