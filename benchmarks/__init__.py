"""Marie's benchmarks: each prints one table. `make bench NAME=…`."""
