"""The office: who is to report, what they are sent, what came back, and the sum of it."""
