"""What was asked for, on its way in: fetched once, and read before anything of it is handed out."""
