"""Shared by all simulated servers: requests and answers, logins, faults."""
