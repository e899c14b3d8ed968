"""What the tests stand on: the SDK with a recorder in it, the reference's models, and the check of answers."""
