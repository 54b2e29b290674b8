"""Training plans: several years for a province, one year for a unit; axes with their money, actions, approval and execution."""
