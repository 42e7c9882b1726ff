"""What makes a flight late, and can one tell the day before?"""

__version__ = "0.1.0"
