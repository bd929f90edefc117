"""What is known about models: operators, callables, licences, and how files belong together."""
