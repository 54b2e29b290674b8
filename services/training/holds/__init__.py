"""What became of the holds that training took."""
