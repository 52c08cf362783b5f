"""Speed and memory, as ratios to a limit measured in the same run: ``python -m benchmarks [NAME]...``."""
