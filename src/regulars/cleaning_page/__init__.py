"""The hygiene report as a page: one HTML file that needs nothing else."""

from regulars.cleaning_page.pictures import pictures
from regulars.cleaning_page.writing import html, write

__all__ = ["html", "pictures", "write"]
