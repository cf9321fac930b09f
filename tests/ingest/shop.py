"""A small shop's files for the ingest tests."""

from pathlib import Path

HEADER = "customer_id,order_id,item_id,purchased_at,quantity,amount,discount,store_id"
LINES = [
    "anna,o1,milk,2024-03-01 09:15:00,2,3.98,0.20,centre",
    "anna,o1,bread,2024-03-01 09:15:00,1,2.49,0,centre",
    "bert,o2,milk,2024-03-02 17:40:10,1,1.99,0,web",
    "bert,o3,milk,2024-03-09 18:00:00,-1,-1.99,0,web",
    "cleo,o4,tea,2024-03-10 10:05:00,0.5,7.25,1.00,centre",
]
MONEY = 398 + 249 + 199 - 199 + 725


def write(path: Path, lines: list[str], header: str = HEADER, encoding: str = "utf-8") -> Path:
    """Write a CSV file and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([header, *lines]) + "\n", encoding=encoding)
    return path


def snapshot(folder: Path) -> dict[str, bytes]:
    """Return every file below ``folder`` with its bytes; empty where there is no folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
