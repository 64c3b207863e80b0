"""Official figures out of a file, however a spreadsheet wrote it and whatever stands in it."""

import pytest

from slackapp.core.behaviours import Behaviour
from slackapp.core.errors import UserError
from slackapp.digest import official_figures
from slackapp.digest.official_figures import OfficialFigure

HEAD = "item,value,source,year,nation\n"
HELPING = OfficialFigure(Behaviour.HELPING, 7.1, "NHS Staff Survey", 2025, "WLS")


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "helping,7.1,NHS Staff Survey,2025,WLS\n",
        "\ufeffitem;value;source;year;nation\r\nhelping;7,1;NHS Staff Survey;2025;WLS\r\n",
        "Item\tValue\tSource\tYear\tNation\nHelping\t7.1\tNHS Staff Survey\t2025\twls\n",
        HEAD + 'helping,"7,1"," NHS  Staff\x00 Survey\u200b",2025,WLS,something more\n\n',
    ],
    ids=["commas", "semicolons and a comma for the point", "tabs", "what nobody sees"],
)
def test_a_figure_is_read_from_every_way_a_spreadsheet_writes_it(text: str) -> None:
    assert official_figures.read(text) == [HELPING]


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        ('helping,7.1,"NHS Staff Survey,2025,WLS\n', 2),
        ('helping,7.1,"NHS" Staff Survey,2025,WLS\n', 2),
        ("helping,7.1," + "x" * 200_000 + ",2025,WLS\n", 2),
        ("helping,7.1,NHS," + "2" * 5_000 + ",WLS\n", 2),
        ("helping,1_0,NHS,2025,WLS\n", 2),
        ("helping,inf,NHS,2025,WLS\n", 2),
        ("helping,7.1,\u200b\u200b,2025,WLS\n", 2),
        ("\n\nhelping,99,NHS,2025,WLS\n", 4),
        ("helping,7,NHS,2025,WLS\n\nhelping,8,NHS\u200b,2025,WLS\n", 4),
    ],
)
def test_a_line_that_cannot_be_taken_is_named_as_an_editor_counts(wrong: str, line: int) -> None:
    with pytest.raises(UserError) as refused:
        official_figures.read(HEAD + wrong)
    assert refused.value.values["line"] == line
