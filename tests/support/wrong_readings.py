"""Puts a wrong reading of the contract into the feature SQL, and asks which cases notice it.

Nothing is compared with what the shipped SQL computes: a reading is killed by a case, whose values
were worked out by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from feature_cases import NAMES, League

from featurestore import dialect
from featurestore.compute import plan
from featurestore.compute.relations import Step
from featurestore.definitions import compose, sql_files, tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from feature_cases import Case

    from featurestore.definitions.sql_files import SqlFile

    Columns = Mapping[str, Mapping[str, str]]


class Edit(NamedTuple):
    """What is put in the place of a text.

    Attributes:
        old: The text.
        new: What replaces it.
        times: How often the text occurs in the file.
        file: The relation's name; by default that of the reading.
    """

    old: str
    new: str
    times: int = 1
    file: str = ""


class Reading(NamedTuple):
    """A plausible wrong reading of the contract.

    Attributes:
        about: The features that it changes, or the store's column.
        says: What it takes the contract for.
        file: The relation that it is put into.
        edits: How.
        killed_by: The name of the case that must notice it.
    """

    about: tuple[int | str, ...]
    says: str
    file: str
    edits: tuple[Edit, ...]
    killed_by: str

    @property
    def name(self) -> str:
        return f"{', '.join(map(str, self.about))}: {self.says}"


def reading(
    about: int | str | tuple[int | str, ...], says: str, file: str, *edits: Edit, by: str
) -> Reading:
    return Reading(about if isinstance(about, tuple) else (about,), says, file, edits, by)


class Readings:
    """Computes the league of cases once, and for each reading only what it changes.

    Every relation is a table here, whichever of them the product puts into one statement. A
    feature's value is the same in each relation that has it, from the one that computes it to the
    store: most readings are noticed in the first of them, without what is made of it.
    """

    def __init__(self, cases: Sequence[Case]) -> None:
        self.files = compose.by_name(sql_files.load("features"))
        self.known: dict[str, Mapping[str, str]] = dict(tables.column_types())
        self.steps: dict[str, Step] = {}
        for file in compose.dependency_order([plan.STORE], self.files):
            self.steps[file.name] = self._step(file, file.text, self.known)
            self.known[file.name] = self.steps[file.name].columns
        self.league = League(cases, list(self.steps.values()))
        self.cases = {case.name: case for case in cases}
        # Of so few rows, to optimize a plan takes longer than to run it.
        self.league.con.execute("PRAGMA disable_optimizer")

    def _step(self, file: SqlFile, text: str, known: Columns) -> Step:
        made = dialect.translate(text, columns=known, parameters=plan.PARAMETERS, origin=file.path)
        return Step(file.name, made.sql, frozenset(made.parameters), made.columns)

    def differences(self, wrong_reading: Reading) -> list[str]:
        """What its case says of what a reading is about, at least the first of it."""
        late = self._changed(wrong_reading)
        case = self.cases[wrong_reading.killed_by]
        for name in case.expected:
            relation = self.first_with(name)
            if relation is None or not is_about(wrong_reading, name):
                continue
            made_of = {file.name for file in compose.dependency_order([relation], self.files)}
            # A reading of what comes after the relation shows in the store alone.
            if made_of.issuperset(self._texts(wrong_reading)):
                first = self.league.wrong_value(
                    [step for step in late if step.name in made_of], relation, name, case
                )
                if first is not None:
                    return [first]
        wrong = self.league.wrong(late).get(case.name, [])
        return [difference for difference in wrong if is_about(wrong_reading, difference)]

    def wrong(self, wrong_reading: Reading) -> dict[str, list[str]]:
        """What the SQL with this reading gets wrong, by case."""
        return self.league.wrong(self._changed(wrong_reading))

    def first_with(self, feature: str) -> str | None:
        """The relation that computes a feature; None for another column of the store."""
        if feature not in NAMES:
            return None
        keys = {"player_lookup", "game_date"}
        return next(
            name for name, step in self.steps.items() if step.columns.keys() > keys | {feature}
        )

    def _changed(self, wrong_reading: Reading) -> list[Step]:
        """The relations that a reading changes, and those that read them, each after its inputs."""
        texts = self._texts(wrong_reading)
        late, changed, known = [], set(texts), dict(self.known)
        for name, step in self.steps.items():
            file = self.files[name]
            if name in texts:
                late.append(self._step(file, texts[name], known))
                known[name] = late[-1].columns
            elif changed & set(file.header.inputs):
                changed.add(name)
                late.append(step)
        return late

    def _texts(self, wrong_reading: Reading) -> dict[str, str]:
        """The files that the reading changes, by name, as it wants them."""
        texts: dict[str, str] = {}
        for edit in wrong_reading.edits:
            file = self.files[edit.file or wrong_reading.file]
            text = texts.get(file.name, file.text)
            occurs = text.count(edit.old)
            assert occurs == edit.times, (
                f"{file.path}: {edit.old!r} occurs {occurs} times and not {edit.times}: the"
                f" reading {wrong_reading.name!r} needs another text to replace"
            )
            texts[file.name] = text.replace(edit.old, edit.new)
        return texts

    def close(self) -> None:
        self.league.close()


def is_about(wrong_reading: Reading, difference: str) -> bool:
    """Whether a difference names what the reading is about."""
    name = difference.split(" ")[0]
    for what in wrong_reading.about:
        if isinstance(what, str):
            if what == "kept row" or what in name:
                return True
        elif name == NAMES[what]:
            return True
    return False
