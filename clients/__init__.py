"""How to speak to a Registration Authority: an interface and its implementations for each service."""
