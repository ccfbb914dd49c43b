"""The documentation cannot lag: what exists is described, and the examples are read by the real readers."""

import importlib.util
import re
import sys
import tomllib
from importlib.metadata import EntryPoint, PackageNotFoundError, metadata, requires
from pathlib import Path

import pytest
import typer
import yaml

from bim_supervise import config
from bim_supervise.checkpoints.limits import load_limits
from bim_supervise.checkpoints.read_checkpoints import read_checkpoints
from bim_supervise.checkpoints.registry import load_packs
from bim_supervise.checkpoints.rule_checks import check_rule
from bim_supervise.checkpoints.site_rules import read_site_rules
from bim_supervise.checkpoints.testing import run_cases
from bim_supervise.cli import app
from bim_supervise.events.kinds import BUILT_IN_KINDS
from bim_supervise.events.mapping import parse_mapping
from bim_supervise.events.read_devices import parse_devices
from bim_supervise.events.read_feeds import parse_feeds
from bim_supervise.events.read_zones import parse_zones
from bim_supervise.inspection.itp import read_itp
from bim_supervise.ledger.capacities import Capacity
from bim_supervise.schedule.csv_columns import COLUMNS
from bim_supervise.schedule.read_csv_mapping import read_csv_mapping
from bim_supervise.schedule.tasks import Schedule, Task
from bim_supervise.tracking.link_mapping import parse_link_mapping
from bim_supervise.tracking.read_lexicon import read_lexicon
from bim_supervise.tracking.read_link_rules import read_link_rules
from bim_supervise.tracking.read_trades import read_trades

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PAGES = sorted([*DOCS.glob("*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"])


def text(name):
    return (DOCS / name).read_text("utf-8")


def plain_name(requirement):
    return re.split(r"[\[<>=!~; (]", requirement, maxsplit=1)[0].lower().replace("_", "-")


# -- commands ---------------------------------------------------------------------------------------


def commands(group, path=()):
    for name, entry in sorted(group.commands.items()):
        if hasattr(entry, "commands"):
            yield from commands(entry, (*path, name))
        else:
            yield " ".join((*path, name)), entry


COMMANDS = dict(commands(typer.main.get_command(app)))


def sections(page):
    found = re.split(r"^### `([^`]+)`$", page, flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2], strict=True))


def command_of(heading):
    return " ".join(word for word in heading.split() if word[0].islower())


def test_every_command_is_documented_and_no_other():
    assert sorted(command_of(heading) for heading in sections(text("commands.md"))) == sorted(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_documented(name):
    described = {command_of(heading): body for heading, body in sections(text("commands.md")).items()}[name]
    options = {
        option
        for parameter in COMMANDS[name].params
        for option in parameter.opts
        if option.startswith("--") and option not in ("--json", "--help")
    }
    assert options == set(re.findall(r"`(--[a-z0-9-]+)`", described)), "of command and page"


def test_the_options_of_every_command_and_the_environment_are_documented():
    page = text("commands.md")
    for parameter in typer.main.get_command(app).params:
        assert any(f"`{option}`" in page for option in parameter.opts if option != "--help")
    for variable in (config.PROJECT_VARIABLE, config.DATABASE_VARIABLE):
        assert f"${variable}" in page


# -- dependencies -----------------------------------------------------------------------------------


def declared():
    extras = PROJECT["project"]["optional-dependencies"]
    names = {plain_name(item) for item in PROJECT["project"]["dependencies"]}
    return names | {plain_name(item) for rows in extras.values() for item in rows} - {"bim-supervise"}


def test_every_dependency_is_justified_and_no_other():
    rows = re.findall(r"^\| ([a-z0-9-]+) \|", text("dependencies.md"), flags=re.MULTILINE)
    assert sorted(set(rows) - {"package"}) == sorted(declared())
    assert all(line.count("|") == 5 for line in text("dependencies.md").splitlines() if line.startswith("| "))


def licence(name):
    found = metadata(name)
    classifiers = [item for item in found.get_all("Classifier") or () if item.startswith("License ::")]
    return " ".join(filter(None, (found["License-Expression"], (found["License"] or "")[:80], *classifiers)))


def core_packages():
    waiting = [plain_name(item) for item in PROJECT["project"]["dependencies"]]
    found = {}
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            found[name] = licence(name)
        except PackageNotFoundError:
            continue  # needed only on another platform or Python
        waiting += [plain_name(item) for item in requires(name) or () if "extra ==" not in item]
    return found


def test_no_package_of_the_core_is_under_gpl_or_agpl():
    found = core_packages()
    assert len(found) > 40
    strong = re.compile(r"(?<!L)(?<!Lesser )\b(A?GPL|(Affero )?General Public License)")
    assert {name: text for name, text in found.items() if strong.search(text.replace("LGPL", ""))} == {}


# -- packs, kinds, words ----------------------------------------------------------------------------


def test_every_pack_rule_and_limit_is_documented():
    index = text("packs.md")
    registry = load_packs()
    assert registry.broken == ()
    built_in = set(PROJECT["project"]["entry-points"]["bim_supervise.packs"])
    assert built_in <= {pack.name for pack in registry.packs}
    for pack in registry.packs:
        if pack.name not in built_in:
            continue
        assert f"`{pack.name}`" in index, f"pack {pack.name}"
        page = text(f"packs/{pack.name}.md")
        for rule in pack.rules:
            assert f"`{rule.id}`" in page, f"rule {rule.id}"
        for limit in pack.limits:
            assert limit.clause in page, f"clause {limit.clause} of {limit.rule_id}"
        for kind in pack.kinds:
            assert f"| `{kind.key}` | {kind.unit or '-'} |" in page, f"kind {kind.key}"


def test_the_pages_of_the_packs_are_written_from_the_packs():
    path = DOCS / "packs" / "write_pages.py"
    spec = importlib.util.spec_from_file_location("write_pages", path)
    writer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(writer)
    for name, page in writer.pages().items():
        assert text(f"packs/{name}") == page, f"run python docs/packs/write_pages.py: {name} has changed"


def test_every_kind_of_observation_is_documented():
    page = text("formats.md")
    rows = {
        key: line
        for line in page.splitlines()
        if line.startswith("| `")
        for key in re.findall(r"`([a-z0-9_]+)`", line.split("|")[1])
    }
    for kind in BUILT_IN_KINDS:
        assert kind.key in rows, kind.key
        if kind.unit and kind.shape == "telemetry":
            assert f"| {kind.unit} | {kind.resolution:g} |" in rows[kind.key]


def test_every_room_stands_in_the_architecture_in_the_order_of_the_import_law():
    layers = PROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
    line_of = {room.strip(): number for number, line in enumerate(layers) for room in re.split(r"[|:]", line)}
    rows = re.findall(r"^\| [a-z ]+ \| `([a-z/_]+)` \|", text("architecture.md"), flags=re.MULTILINE)
    documented = [room for room in rows if room in line_of]
    assert set(documented) == set(line_of)
    assert documented == sorted(documented, key=lambda room: line_of[room])


def test_every_capacity_and_csv_column_is_documented():
    assert all(f"`{capacity.value}`" in text("architecture.md") for capacity in Capacity)
    assert all(f"`{column}`" in text("formats.md") for column in COLUMNS)


# -- links and examples -----------------------------------------------------------------------------


def anchors(page):
    found = set()
    for heading in re.findall(r"^#+ (.+)$", page, flags=re.MULTILINE):
        words = re.sub(r"[^\w\- ]", "", heading.lower()).strip()
        found.add(words.replace(" ", "-"))
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        other = (page.parent / path).resolve() if path else page
        assert other.exists(), target
        if anchor:
            assert anchor in anchors(other.read_text("utf-8")), target


def examples():
    for page in PAGES:
        pattern = r"<!-- read as: ([a-z ]+) -->\n```yaml\n(.*?)```"
        for number, (reader, body) in enumerate(
            re.findall(pattern, page.read_text("utf-8"), flags=re.DOTALL), 1
        ):
            yield pytest.param(reader, body, id=f"{page.name} {reader} {number}")


@pytest.mark.parametrize(("reader", "body"), list(examples()))
def test_examples_are_read_by_the_real_readers(reader, body, tmp_path):
    file = tmp_path / "example.yaml"
    file.write_text(body, "utf-8")
    data = yaml.safe_load(body)
    if reader == "link mapping":
        assert parse_link_mapping(data).columns
    elif reader == "observation mapping":
        assert parse_mapping(data).observations
    elif reader == "schedule mapping":
        assert read_csv_mapping(file, COLUMNS).calendars
    elif reader == "devices":
        assert parse_devices(data)
    elif reader == "link rules":
        assert len(read_link_rules(file)) == 2
    elif reader == "trades":
        assert read_trades(read_lexicon(), file).trades
    elif reader == "zones":
        assert parse_zones(data)
    elif reader == "feeds":
        assert parse_feeds(data)
    elif reader == "limits":
        assert load_limits(file)
    elif reader == "site rules":
        registry = load_packs()
        assert read_site_rules(file, registry.rules, registry.shipped).limits
    elif reader == "itp":
        assert read_itp(file, [capacity.value for capacity in Capacity])
    elif reader == "cases":
        assert data["cases"]  # run below, together with their pack
    else:
        assert reader == "checkpoints"
        task = Task(id="1", source_id="1", name="Raft reinforcement")
        plan = Schedule(
            name="p", source_format="csv", sha256="", tasks=(task,), links=(), calendars=(),
            default_calendar="",
        )  # fmt: skip
        assert read_checkpoints(file, plan, [capacity.value for capacity in Capacity])


ADD_A_RULE = "### Add a rule to a pack"


def written_files(page):
    """(path, body) of each file that a page tells the reader to write, in its order."""
    block = r"^`([\w/.-]+)`[^\n]*\n\n(?:<!--[^\n]*-->\n)?```\w+\n(.*?)```"
    return re.findall(block, page, flags=re.DOTALL | re.MULTILINE)


def write_files(folder, files):
    """Write or, where there is one already, lengthen each file; the paths that were touched."""
    for path, body in files:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        with (folder / path).open("a", encoding="utf-8") as file:
            file.write(body)
    return {path for path, _ in files}


def example_registry(folder):
    for name in [one for one in sys.modules if one.partition(".")[0] == "bim_supervise_dust"]:
        del sys.modules[name]
    importlib.invalidate_caches()
    project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    entry = project["entry-points"]["bim_supervise.packs"]["dust"]
    registry = load_packs([EntryPoint("dust", entry, "bim_supervise.packs")])
    assert registry.broken == ()
    return registry


def keeps_its_cases(registry, file):
    results = run_cases(file, registry)
    assert [result.problem for result in results if result.problem] == []
    outcomes = [verdict for result in results for verdict in result.case.verdicts()]
    for language in ("en", "zh"):
        assert {f"reason.{one.reason}" for one in outcomes} <= registry.catalogue.keys(language)
    return {one.outcome.value for one in outcomes}


def test_the_example_pack_keeps_its_own_cases_and_a_rule_more_touches_at_most_four_files(
    tmp_path, monkeypatch
):
    before, after = text("packs.md").split(ADD_A_RULE)
    monkeypatch.syspath_prepend(str(tmp_path))
    write_files(tmp_path, written_files(before))
    first = example_registry(tmp_path)
    assert list(first.rules) == ["DUST-01"]
    assert keeps_its_cases(first, tmp_path / "tests/cases/DUST-01.yml") == {"pass", "fail", "undetermined"}

    touched = write_files(tmp_path, written_files(after))
    assert 0 < len(touched) <= 4
    second = example_registry(tmp_path)
    assert list(second.rules) == ["DUST-01", "DUST-02"]
    assert keeps_its_cases(second, tmp_path / "tests/cases/DUST-01.yml") == {"pass", "fail", "undetermined"}
    assert keeps_its_cases(second, tmp_path / "tests/cases/DUST-02.yml") == {"pass", "fail", "undetermined"}
    check_rule(second.rules["DUST-02"], second)


def test_every_yaml_example_names_its_reader():
    for page in PAGES:
        blocks = page.read_text("utf-8").split("```yaml")
        assert all(before.rstrip().endswith("-->") for before in blocks[:-1]), page.name


def test_every_howto_begins_with_a_chinese_summary():
    for page in DOCS.glob("howto-*.md"):
        assert re.search(r"^中文摘要：", page.read_text("utf-8"), flags=re.MULTILINE), page.name
