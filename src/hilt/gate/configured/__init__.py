"""What an organisation and a machine say of themselves: the parts of the settings."""
