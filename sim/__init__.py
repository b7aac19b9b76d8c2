"""Discrete-event simulation of joint police contact centres."""
