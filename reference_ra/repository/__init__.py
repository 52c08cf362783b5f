"""The SMKI Repository (Appendices O and P): what is lodged there, and how it is found."""
