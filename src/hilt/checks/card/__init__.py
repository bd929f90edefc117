"""What a card says, taken down: quotes with their places, all of them claims."""
