"""REST for workload; routes register themselves with the router."""
