"""The built-in Registration Authority: an independent second reading of the SMKI specifications.

It imports nothing of the suite's, nor does the suite import it: they meet over sockets only.
"""
