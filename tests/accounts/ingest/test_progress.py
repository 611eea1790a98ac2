import io

from accounts.ingest.progress import ProgressBar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_is_shown_a_bar_that_is_drawn_over_and_ends() -> None:
    stream = Terminal()
    bar = ProgressBar(stream)
    for done in (0, 1, 1, 2):
        bar("sites.csv", done, 2)
    lines = stream.getvalue().split("\r")
    assert [line.split()[-1] for line in lines[1:]] == ["0%", "50%", "100%"]
    assert stream.getvalue().endswith("\n")


def test_nothing_is_written_where_nobody_looks() -> None:
    stream = io.StringIO()
    ProgressBar(stream)("sites.csv", 1, 2)
    assert stream.getvalue() == ""


def test_nothing_to_do_is_done() -> None:
    stream = Terminal()
    ProgressBar(stream)("sites.csv", 0, 0)
    assert "100%" in stream.getvalue()
