"""PostgreSQL as Django speaks to it, and a bound on how long anybody waits for its answer."""
