"""A stand-in for SCAYLE's Admin API: the pure books in `state`, the HTTP face in `app`."""
