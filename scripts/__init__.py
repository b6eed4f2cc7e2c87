"""Training, calibration, measurements and screenshots: each takes its data folder as an argument."""
