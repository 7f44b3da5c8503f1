"""Speed: ratios to what this machine can do, counts that must not grow, and how long a phone on a slow line waits."""
