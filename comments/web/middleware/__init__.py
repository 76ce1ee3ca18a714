"""What every request passes, one file each; `app` lists them in their order."""
