"""Training the classifier with moderators' decisions."""
