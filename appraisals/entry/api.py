"""REST for entering the month; routes register themselves with the router."""
