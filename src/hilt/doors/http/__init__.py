"""What servers share: how they listen, whom they let in, what they take, and how they say that something is wrong."""
