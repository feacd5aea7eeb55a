"""The electromagnetic shower Monte Carlo and the track lengths that it yields."""
