"""What mappings of these tests have in common: a return that is followed to its approval, and a policy for calls."""

from __future__ import annotations

FOLLOWED = """\
track return : reveni.Return {
  key    id
  newest updated_at
  stage from status {
    open     = incomplete, in_progress, pending, on_hold, shipped, received, for_review
    approved = accepted, partly_accepted, completed
    ended    = rejected, cancelled, expired
    unknown hold "Reveni sent status {status}, which this file does not know" for integration
  }
  moves {
    open     -> approved, ended
    approved -> open, ended
  }
}

policy calls {
  on TIMEOUT, UNAVAILABLE, RATE_LIMITED retry 3 times wait 1s to 10s then hold "no answer: {error}" for integration
  otherwise hold "refused: {error}" for integration
}

rule waiting "nothing is to be done" {
  when return becomes open, ended
  skip "not approved"
}
"""
