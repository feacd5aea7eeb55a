"""What the beam meets before any new physics: materials, form factors, the electromagnetic shower."""
