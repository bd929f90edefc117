"""What is to be sent to people and programs outside, kept until it is."""
