"""The figures of the report, one file each, and the style that they share."""
