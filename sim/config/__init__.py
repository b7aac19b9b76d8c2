"""TOML and CSV in, checked and frozen values out."""
