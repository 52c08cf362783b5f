"""The Batched Device CSR Web Service (M-2.5, M-C to M-E; N-3.1.1)."""
