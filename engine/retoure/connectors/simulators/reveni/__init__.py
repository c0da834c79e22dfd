"""A stand-in for Reveni's merchant API: the pure returns in `state`, the HTTP face in `app`."""
