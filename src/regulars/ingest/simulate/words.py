"""Plain names of people, streets and towns; no list is anyone's in particular."""


def _list(words: str) -> list[str]:
    return words.split()


GIVEN = _list(
    "James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph "
    "Jessica Thomas Sarah Charles Karen Christopher Lisa Daniel Nancy Matthew Betty Anthony Margaret Mark Sandra "
    "Donald Ashley Steven Kimberly Paul Emily Andrew Donna Joshua Michelle Kenneth Carol Kevin Amanda Brian Dorothy "
    "George Melissa Edward Deborah Ronald Stephanie Timothy Rebecca Jason Sharon Jeffrey Laura Ryan Cynthia Jacob "
    "Kathleen Gary Amy Nicholas Angela Eric Shirley Jonathan Anna Stephen Brenda Larry Pamela Justin Emma Scott "
    "Nicole Brandon Helen Benjamin Samantha Samuel Katherine Gregory Christine Frank Debra Alexander Rachel Raymond "
    "Carolyn Patrick Janet Jack Catherine Dennis Maria Jerry Heather Tyler Diane Aaron Ruth Jose Julie Adam Olivia "
    "Nathan Joyce Henry Virginia Peter Victoria Kyle Kelly Walter Lauren Noah Christina Jeremy Joan Carl Evelyn "
    "Ethan Judith Roger Megan Keith Andrea Terry Cheryl Sean Hannah Austin Jacqueline Arthur Martha Jesse Gloria "
    "Dylan Teresa Bryan Ann Luis Sara Miguel Sofia Carlos Lucia Wei Mei Amir Leila Ivan Nina Omar Yasmin Ravi Priya"
)

NICKNAMES = {
    "James": "Jim",
    "Robert": "Bob",
    "Patricia": "Pat",
    "John": "Jack",
    "Jennifer": "Jenny",
    "Michael": "Mike",
    "David": "Dave",
    "Elizabeth": "Liz",
    "William": "Bill",
    "Barbara": "Barb",
    "Richard": "Rick",
    "Susan": "Sue",
    "Joseph": "Joe",
    "Jessica": "Jess",
    "Thomas": "Tom",
    "Charles": "Charlie",
    "Christopher": "Chris",
    "Daniel": "Dan",
    "Matthew": "Matt",
    "Anthony": "Tony",
    "Margaret": "Maggie",
    "Sandra": "Sandy",
    "Donald": "Don",
    "Steven": "Steve",
    "Kimberly": "Kim",
    "Andrew": "Andy",
    "Joshua": "Josh",
    "Kenneth": "Ken",
    "Amanda": "Mandy",
    "Edward": "Ed",
    "Deborah": "Debbie",
    "Stephanie": "Steph",
    "Timothy": "Tim",
    "Rebecca": "Becky",
    "Jeffrey": "Jeff",
    "Cynthia": "Cindy",
    "Nicholas": "Nick",
    "Angela": "Angie",
    "Pamela": "Pam",
    "Benjamin": "Ben",
    "Samantha": "Sam",
    "Katherine": "Kate",
    "Gregory": "Greg",
    "Christine": "Chris",
    "Alexander": "Alex",
    "Catherine": "Cathy",
    "Victoria": "Vicky",
}

_COMMON = _list(
    "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson "
    "Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis "
    "Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera "
    "Campbell Mitchell Carter Roberts Chen Patel Kim Cohen Schmidt Murphy Kelly Cooper Reed Bailey Bell Ward Cox"
)
_HEADS = _list(
    "Ash Black Brad Brook Burn Cald Clay Crans Dun East Farn Gold Gran Hart Hath Haw Hol Kirk Lang Lin Long Mar Mil "
    "Nor Oak Pem Red Rock Sher Stan Thorn Wake Wal Wes Whit Win"
)
_TAILS = _list(
    "bourne brook bury by combe cott croft dale den field ford "
    "gate ham hurst ley low ridge shaw son stead ton well wick wood worth"
)

SURNAMES = [*_COMMON, *(head + tail for head in _HEADS for tail in _TAILS)]
"""The first are common, the others rare."""
COMMON_SURNAMES = len(_COMMON)

STREETS = [
    f"{name} {kind}"
    for name in _list(
        "Oak Maple Cedar Pine Elm Birch Willow Chestnut Walnut Spruce Hill Lake River Park Spring Meadow Forest Sunset "
        "Highland Church Mill School Garden Orchard Prospect Ridge Valley Franklin Lincoln Washington Jefferson Main"
    )
    for kind in ("Street", "Avenue", "Road", "Lane", "Drive", "Court")
]

TOWNS = (
    ("Fairview", "120"),
    ("Midway", "121"),
    ("Oak Grove", "122"),
    ("Riverside", "123"),
    ("Centerville", "124"),
    ("Mount Pleasant", "125"),
    ("Georgetown", "126"),
    ("Salem", "127"),
    ("Greenville", "128"),
    ("Franklin", "129"),
    ("Springfield", "130"),
    ("Clinton", "131"),
    ("Madison", "132"),
    ("Marion", "133"),
    ("Newport", "134"),
    ("Arlington", "135"),
    ("Ashland", "136"),
    ("Dover", "137"),
    ("Milton", "138"),
    ("Oxford", "139"),
)
"""Town and the first three digits of its postcodes."""

AREA_CODES = (212, 315, 332, 347, 516, 518, 585, 607, 631, 646, 680, 716, 718, 838, 845, 914, 917, 929, 934, 363)
