"""Speed, measured side by side with a peer in one run. Correctness is for the tests."""
