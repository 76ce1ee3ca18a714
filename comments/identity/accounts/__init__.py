"""Accounts of the team: roles, invitations, sections and API tokens."""
