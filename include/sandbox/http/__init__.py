"""What every simulated server shares: requests and answers, logins, faults."""
