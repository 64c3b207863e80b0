"""What people see in Slack: pure functions, values in, Block Kit out."""
