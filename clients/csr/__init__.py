"""Device CSRs: well formed, and malformed in one named way each."""
