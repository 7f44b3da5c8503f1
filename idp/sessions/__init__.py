"""The sign-in of a device: opened, touched, ended."""
