"""Programs of ministries and partners: how much each may ask of this installation, and how much it has asked."""
