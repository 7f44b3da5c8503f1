"""The pages that import agents from a file: choosing it, its preview, writing it, and undoing it."""
