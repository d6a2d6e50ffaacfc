# SPDX-License-Identifier: Apache-2.0
"""What the suite of faults prints at its end: fault | tries | lost | doubled | innocent harmed | stuck | recovery s |
CPU % waiting.  A row is the sum, or for the last two the worst, of all tries under its name."""
import threading

HEAD = ('fault', 'tries', 'lost', 'doubled', 'innocent harmed', 'stuck', 'recovery s', 'CPU % waiting')
_rows = {}
_lock = threading.Lock()


def add(name, found, tries=1, recovery_s=None, cpu_pct=None):
    """found: of Trial.account(); recovery_s, cpu_pct: None if this fault has none."""
    with _lock:
        row = _rows.setdefault(name, {'tries': 0, 'lost': 0, 'doubled': 0, 'harmed': 0, 'stuck': 0, 'recovery': None,
                                      'cpu': None})
        row['tries'] += tries
        for column, those in found.items():
            row[column] += len(those)
        for column, value in (('recovery', recovery_s), ('cpu', cpu_pct)):
            if value is not None:
                row[column] = value if row[column] is None else max(row[column], value)


def lines():
    """The table, empty if nothing was tried."""
    if not _rows:
        return []
    cells = [HEAD, *((name, *(str(row[column]) for column in ('tries', 'lost', 'doubled', 'harmed', 'stuck')),
                      *('' if row[column] is None else f'{row[column]:.1f}' for column in ('recovery', 'cpu')))
                     for name, row in _rows.items())]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEAD))]
    return [' | '.join(cell.ljust(width) if number == 0 else cell.rjust(width)
                       for number, (cell, width) in enumerate(zip(row, widths))) for row in cells]
