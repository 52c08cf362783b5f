"""The SMKI Repository (Appendices O and P): what is lodged in it, and the three ways to it."""
