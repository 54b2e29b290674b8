"""What falls due in training."""
