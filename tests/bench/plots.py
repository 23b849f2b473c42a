"""Bar charts as SVG, written by hand: groups of horizontal bars, each with a line from minimum to
maximum."""
import html

WIDTH = 860
LABEL_WIDTH = 230
VALUE_WIDTH = 90
BAR_HEIGHT = 13
GROUP_GAP = 14
TOP = 64
COLORS = ("#1565c0", "#e65100", "#f9a825", "#2e7d32", "#81c784", "#6a1b9a", "#78909c", "#ad1457")


class Chart:
    """One chart: bars of several series (candidates), in groups (workloads), on one axis."""

    def __init__(self, title, unit, series):
        self._title = title
        self._unit = unit
        self._series = list(series)
        self._groups = []

    def add_group(self, label, bars):
        """`bars` maps a series to (median, minimum, maximum)."""
        if bars:
            self._groups.append((label, bars))

    def svg(self):
        """The chart, or None if it is empty."""
        if not self._groups:
            return None
        largest = max(most for _, bars in self._groups for _, _, most in bars.values())
        scale = (WIDTH - LABEL_WIDTH - VALUE_WIDTH) / (largest or 1)
        body, top = [], TOP
        for label, bars in self._groups:
            body += self._group(label, bars, top, scale)
            top += BAR_HEIGHT * len(bars) + GROUP_GAP
        return "\n".join([*self._head(top), *body, "</svg>", ""])

    def _head(self, height):
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
            f'viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="11">',
            f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
            text(12, 22, f"{self._title} ({self._unit})", 'font-size="15" font-weight="bold"')]
        left = 12
        for index, name in enumerate(self._series):
            if not any(name in bars for _, bars in self._groups):
                continue
            lines += [rect(left, 34, 11, 11, color(index)), text(left + 15, 44, name)]
            left += 15 + 7 * len(name) + 14
        return lines

    def _group(self, label, bars, top, scale):
        middle = top + BAR_HEIGHT * len(bars) / 2 + 4
        lines = [text(LABEL_WIDTH - 8, middle, label, 'text-anchor="end"')]
        for name in self._series:
            if name not in bars:
                continue
            median, least, most = bars[name]
            center = top + BAR_HEIGHT / 2
            lines += [
                rect(LABEL_WIDTH, top + 1, median * scale, BAR_HEIGHT - 2,
                     color(self._series.index(name))),
                line(LABEL_WIDTH + least * scale, LABEL_WIDTH + most * scale, center),
                text(LABEL_WIDTH + most * scale + 6, center + 4, number(median))]
            top += BAR_HEIGHT
        return lines


def color(index):
    return COLORS[index % len(COLORS)]


def rect(left, top, width, height, fill):
    return (f'<rect x="{left}" y="{top:.1f}" width="{max(width, 0.5):.1f}" height="{height}" '
            f'fill="{fill}"/>')


def line(left, right, height):
    return (f'<line x1="{left:.1f}" x2="{right:.1f}" y1="{height:.1f}" y2="{height:.1f}" '
            f'stroke="black"/>')


def text(left, top, words, attributes=""):
    return f'<text x="{left:.1f}" y="{top:.1f}" {attributes}>{html.escape(words)}</text>'


def number(value):
    """Three significant digits, thousands with a comma."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    if abs(value) >= 100:
        return f"{value:.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"
