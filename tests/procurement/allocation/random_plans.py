"""Random sound plans that reach every corner of contracts/simulate.md: ties, packs, shortages, tiers just out of reach.

All randomness comes from the `random.Random` that is given, so a seed tells the whole plan.
"""

import json

RULES = ["pro_rata_firm", "commitment_order", "equal", "smaller_first"]
SPLITS = ["equal", "quantity", "amount", "population"]
RATES = [
    "20",
    "20.0",
    "20.00",
    "020.0",
    "5.5",
    "5.50",
    "5.500",
    "10",
    "10.0",
    "2.1",
    "2.10",
    "0",
    "0.0",
    "0.00",
    "8.125",
    "33.3333333",
    "100",
    "0.5",
    "50",
    "12.5",
]
IDS = [
    *[
        "A",
        "B",
        "C",
        "D",
        "E",
        "a",
        "b",
        "é",
        "É",
        "Z",
        "z",
        "9",
        "10",
        "1",
        "01",
        "ville-2",
        "Saint-X",
        "𝒳",
        "ﬀ",
        "€",
        "/",
        "<b>",
        "ß",
        "İ",
        "你好",
        "A.B",
        "A[0]",
        "null",
    ],
    *(
        'q"q',
        "back\\slash",
        "new\nline",
        "tab\t",
        "\u0001",
        "\u007f",
        "\u2028",
        "e\u0301",
        " ",
        "A ",
        "\uff21",
    ),
]
SIRENS = ["217500016", "217500016", "000000000", "999999999", "217500017", "123456789"]
SEPARATORS = [(",", ":"), (", ", ": "), (" ,\n", "\t:\r\n ")]


def sound_plan(rng):
    """A plan that is read without error."""
    towns = _towns(rng)
    ids = [town["id"] for town in towns]
    lines = []
    while not any(line["needs"] for line in lines):
        lines = [
            LineMaker(rng, ids).line(name)
            for name in rng.sample(IDS, pick(rng, (6, 1), (5, 2), (3, 3), (1, 6)))
        ]
    few = rng.sample(RATES, rng.randint(1, 4))
    if rng.random() < 0.4:
        for line in lines:
            line["vat_rate"] = rng.choice(few)
    costs = _costs(rng, few)
    pairs = [("towns", towns), ("lines", lines)]
    rule = rng.choice(RULES)
    if rule != "pro_rata_firm" or rng.random() < 0.5:
        pairs.append(("rule", rule))
    if costs or rng.random() < 0.5:
        pairs.append(("shared_costs", costs))
    return mixed(rng, pairs)


def shuffled(rng, value, key=None):
    """The same plan with keys and lists in another order; steps keep theirs, which is checked."""
    if isinstance(value, dict):
        return {name: shuffled(rng, value[name], name) for name in rng.sample(list(value), len(value))}
    if isinstance(value, list):
        items = [shuffled(rng, item) for item in value]
        return items if key == "steps" else rng.sample(items, len(items))
    return value


def written_file(rng, value):
    """The plan as JSON bytes, in one of its spellings."""
    text = json.dumps(value, ensure_ascii=rng.random() < 0.5, separators=rng.choice(SEPARATORS))
    before = rng.choice(["\n", " ", "\r\n\t"]) if rng.random() < 0.2 else ""
    return (before + text + rng.choice(["", "\n", " \n"])).encode()


def pick(rng, *weighted):
    """One of the values given as (weight, value)."""
    return rng.choices([value for _, value in weighted], [weight for weight, _ in weighted])[0]


def mixed(rng, pairs):
    """A dict of the pairs, in a random key order half of the time."""
    return dict(rng.sample(pairs, len(pairs)) if rng.random() < 0.5 else pairs)


def quantity(rng, units, decimals):
    """A count of 10^-decimals units as a decimal string, in one of its spellings."""
    digits = str(units).rjust(decimals + 1, "0")
    whole, part = (digits[:-decimals], digits[-decimals:]) if decimals else (digits, "")
    if part and rng.random() < 0.6:
        part = part.rstrip("0")
        if rng.random() < 0.2:
            part += "0" * rng.randint(0, decimals - len(part))
    if rng.random() < 0.04:
        whole = "0" * rng.randint(1, 3) + whole
    return f"{whole}.{part}" if part else whole


def _towns(rng):
    count = pick(rng, (10, rng.randint(1, 4)), (8, rng.randint(4, 8)), (1, rng.randint(9, 20)))
    ids = rng.sample(IDS if rng.random() < 0.6 else [f"T{i}" for i in range(1, 30)], count)
    year = pick(rng, (30, 2026), (1, 987), (1, 2), (1, 9998), (2, 1969))
    spread = pick(rng, (4, [0]), (3, [0, 1]), (2, [0, 0, 59, 3600]), (2, list(range(0, 86400, 977))))
    day = (year, rng.randint(1, 12), rng.randint(2, 27))
    same_siren, nulls = rng.random() < 0.25, rng.choice([0, 0.3, 0.3, 1])
    people = pick(
        rng, (2, [0]), (3, [0, 1, 2]), (3, [1000, 1000, 12000]), (4, [rng.randint(0, 60000) for _ in range(9)]),
        (1, [1, 10**9, 10**25]),
    )  # fmt: skip
    return [
        mixed(
            rng,
            [
                ("id", one),
                ("siren", None if rng.random() < nulls else SIRENS[0] if same_siren else rng.choice(SIRENS)),
                ("population", rng.choice(people)),
                ("committed_at", _instant(rng, day, rng.choice(spread))),
            ],
        )
        for one in ids
    ]


def _instant(rng, day, second):
    """The second of the day (UTC), written with a random offset: the same instant has many spellings."""
    year, month, date = day
    minutes = (
        0 if rng.random() < 0.3 else rng.choice([60, 120, 330, 345, 720, 840, 1439, rng.randrange(1440)])
    )
    sign = rng.choice([-1, 1])
    days, second = divmod(second + sign * minutes * 60, 86400)
    date += days
    mark = f"{'+' if sign > 0 else '-'}{minutes // 60:02}:{minutes % 60:02}"
    if not minutes and rng.random() < 0.7:
        mark = "Z"
    return f"{year:04}-{month:02}-{date:02}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}{mark}"


def _costs(rng, rates):
    count = pick(rng, (3, 0), (4, rng.randint(1, 3)), (4, rng.randint(3, 7)), (1, rng.randint(10, 25)))
    amounts = [
        (1, 0), (2, 1), (3, rng.randint(1, 20)), (2, 100), (4, rng.randint(0, 10**6)), (1, 10**6 + 1),
        (1, rng.randint(0, 10**28)),
    ]  # fmt: skip
    return [
        mixed(
            rng,
            [
                ("id", one),
                ("amount_cents", pick(rng, *amounts)),
                ("vat_rate", rng.choice(rates)),
                ("split", rng.choice(SPLITS)),
            ],
        )
        for one in rng.sample(IDS, count)
    ]


class LineMaker:
    """One line, its figures drawn around each other: limits near the order, steps near what tolerances could reach."""

    def __init__(self, rng, towns):
        self.rng = rng
        self.decimals = pick(rng, (10, 0), (4, 1), (4, 2), (4, 3), (1, 9))
        self.one = 10**self.decimals
        self.fine = rng.random() < 0.7  # every decimal is used
        self.bargain = rng.random() < 0.3  # supply is there, tolerances are wide, prices fall fast: proposals
        self.scale = pick(rng, (8, 3), (8, 12), (8, 130), (3, 5000), (1, 10**12), (1, 10**30)) * pick(
            rng, (5, self.one), (2, 1)
        )
        self._needs(towns)
        self._supply()

    def line(self, name):
        rng = self.rng
        pairs = [
            ("id", name),
            ("unit", rng.choice(["point", "m²", "unité", "kg", " "])),
            ("decimals", self.decimals),
        ]
        if self.pack != self.one or rng.random() < 0.6:
            pairs.append(("pack", self._written(self.pack)))
        pairs.append(("vat_rate", rng.choice(RATES)))
        if self.limit is not None or rng.random() < 0.6:
            pairs.append(("supply_limit", None if self.limit is None else self._written(self.limit)))
        mode = rng.choice(["all_units", "graduated"])
        pairs.append(("tiers", mixed(rng, [("mode", mode), ("steps", self._steps())])))
        pairs.append(("needs", [self._need(town) for town in self.firm]))
        return mixed(rng, pairs)

    def _written(self, units):
        return quantity(self.rng, units, self.decimals)

    def _amount(self, most):
        units = self.rng.randint(0, most)
        return units if self.fine else units // self.one * self.one

    def _needs(self, towns):
        rng, scale = self.rng, self.scale
        keep = pick(rng, (1, 0.0), (6, 0.6), (8, 1.0))
        present = [town for town in rng.sample(towns, len(towns)) if rng.random() < keep]
        same = self._amount(scale) if rng.random() < 0.25 else None
        nothing = rng.choice([0, 0.2, 0.2, 1]) if rng.random() < 0.5 else 0
        rigid = rng.choice([0, 0, 0.4] if self.bargain else [0, 0.3, 0.6, 1])
        tolerance = self._amount(max(1, scale // 5)) if rng.random() < 0.3 else None
        self.firm, self.tolerance = {}, {}
        for town in present:
            firm = self._amount(scale) if same is None else same
            self.firm[town] = 0 if rng.random() < nothing else firm
            wide = self._amount(max(1, scale // pick(rng, (1, 1), (2, 3), (2, 10))))
            self.tolerance[town] = 0 if rng.random() < rigid else wide if tolerance is None else tolerance
        self.total, self.slack = sum(self.firm.values()), sum(self.tolerance.values())

    def _supply(self):
        rng, one, total, slack = self.rng, self.one, self.total, self.slack
        self.pack = pick(
            rng, (5, one), (3, one * rng.randint(2, 12)), (3, rng.randint(1, 12 * one)), (1, 1), (1, max(1, slack)),
            (1, max(1, total // 2)), (1, max(1, total + rng.randint(0, 3))), (1, 10 * max(1, total)),
        )  # fmt: skip
        order = -(-total // self.pack) * self.pack
        near = [(1, order), (1, order + rng.randint(0, slack + 1)), (1, total + slack)]
        tight = [
            (2, 0), (4, rng.randint(0, total)), (2, total), (2, max(0, total - 1)), (2, max(0, order - 1)),
            (1, rng.randint(total, order)), (1, 10 * total + 1), (2, total * 4 // 5),
            (1, min(total, rng.randint(1, max(1, len(self.firm))))),
        ]  # fmt: skip
        self.limit = pick(rng, (7, None), *near, *([] if self.bargain else tight))
        enough = self.limit is None or self.limit >= order
        self.placed = order if enough else self.limit // self.pack * self.pack

    def _steps(self):
        starts = [0, *sorted(self._starts())]
        return [
            mixed(self.rng, [("from", self._written(start)), ("unit_price_cents", price)])
            for start, price in zip(starts, self._prices(len(starts)), strict=True)
        ]

    def _starts(self):
        """Where tiers begin: around what is ordered and what tolerances could reach."""
        rng, placed = self.rng, self.placed
        near = placed + rng.randint(1, max(1, self.slack))
        found = {
            pick(
                rng, (2, placed), (2, placed + 1), (1, max(1, placed - 1)), (4, rng.randint(1, 2 * placed + 2)), (1, 1),
                (1, self.total + self.slack), (6, placed + rng.randint(1, max(1, self.slack))), (1, 10 * (self.total + 1)),
                (1, placed // 2 + 1), (1, (placed // self.one + 1) * self.one),
            )
            for _ in range(pick(rng, (2, 0), (5, 1), (5, 2), (5, 4), (2, 9)))
        }  # fmt: skip
        if rng.random() < 0.3 and self.pack > 1:  # several steps inside one pack
            found |= {near + rng.randint(0, self.pack) for _ in range(rng.randint(1, 3))}
        return found - {0}

    def _prices(self, count):
        rng = self.rng
        top = pick(rng, (3, 3), (4, 100), (8, 30000), (1, 10**15), (1, 0))
        shape = pick(rng, (6, "down"), (2, "steep"), (2, "any"), (1, "flat"), (1, "up"), (1, "free"))
        if self.bargain:
            shape = rng.choice(["steep", "steep", "down"])
        match shape:
            case "steep":
                prices = [max(top, 50) + rng.randint(0, 50)]
                while len(prices) < count:
                    prices.append(prices[-1] * rng.randint(30 if self.bargain else 0, 99) // 100)
                return prices
            case "flat":
                return [rng.randint(0, top)] * count
            case "free":
                return [0] * count
        prices = [rng.randint(0, top) for _ in range(count)]
        return prices if shape == "any" else sorted(prices, reverse=shape == "down")

    def _need(self, town):
        rng, firm, tolerance = self.rng, self.firm[town], self.tolerance[town]
        pairs = [("town", town), ("firm", self._written(firm))]
        if tolerance or rng.random() < 0.5:
            pairs.append(("tolerance", self._written(tolerance)))
        spare = pick(rng, (3, None), (3, 0), (1, 1), (1, rng.randint(0, self.scale + 1)))
        if spare is not None:
            pairs.append(("max", self._written(firm + tolerance + spare)))
        return mixed(rng, pairs)
