"""What follows from the definitions of the features: generated text, checks, descriptions."""
