"""What the service costs, beside what it stands on: requests a second, times, processor time, memory, start-up."""
