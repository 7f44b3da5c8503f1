"""Every page is usable: on small and large screens, in landscape, in dark mode, and with a screen reader."""
