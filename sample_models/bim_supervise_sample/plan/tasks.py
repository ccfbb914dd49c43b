"""The tasks of the plan with their links, as the planner wrote them; dates are worked out elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache

from bim_supervise_sample.ids import global_id
from bim_supervise_sample.model.layout import parts_by_task

LINK_TYPES = {
    "FS": "FINISH_START",
    "SS": "START_START",
    "FF": "FINISH_FINISH",
    "SF": "START_FINISH",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLink:
    """A link from a predecessor: its type and lag in hours, working or elapsed."""

    predecessor: str
    type: str
    lag_hours: float = 0.0
    elapsed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTask:
    """One row of the plan. ``hours`` are working hours of its calendar; summaries have none."""

    code: str
    zh: str
    en: str
    hours: float = 0.0
    links: tuple[PlanLink, ...] = ()
    calendar: str = "SITE"
    trade: str = ""
    unit: str = ""
    quantity: float | None = None
    unit_price: float | None = None
    milestone: bool = False
    summary: bool = False
    earliest: date | None = None
    """Start-no-earlier-than."""
    latest: date | None = None
    """Finish-no-later-than."""

    @property
    def name(self) -> str:
        """Chinese and English name."""
        return f"{self.zh} / {self.en}"

    @property
    def global_id(self) -> str:
        """GlobalId of its IfcTask."""
        return global_id("task", self.code)

    @property
    def budget(self) -> float | None:
        """Budget [CNY], None where nothing is priced."""
        if self.quantity is None or self.unit_price is None:
            return None
        return round(self.quantity * self.unit_price, 2)

    @property
    def parent(self) -> str | None:
        """Code of its summary task."""
        return self.code.rpartition(".")[0] or None


# code | Chinese | English | days | predecessors | trade | unit | basis | unit price [CNY]
# Predecessors: "2.1 FS-1d", "2.2 SS+3d", "5.1.4 FS+72eh" (working days, or elapsed hours).
# Basis: a quantity to add up over the task's elements, "count", or a number.
_TABLE = """
1|施工准备|Preliminaries
1.1|开工令|Notice to proceed|M|
1.2|围挡与场地硬化|Hoarding and hardstanding|5|1.1 FS|civil|m2|NetSideArea|420
1.3|临电临水与洗车台|Temporary power, water and wheel wash|4|1.2 SS+1d|civil|set|count|180000
1.4|塔吊安装验收|Tower crane erection and acceptance|4|1.2 FS|lifting|set|count|260000
1.5|监测点布设|Monitoring points and instruments|4|1.2 SS+2d|survey|point|30|3600
2|支护、桩基与降水|Retaining works, piles and dewatering
2.1|导墙施工|Guide walls|4|1.2 FS-2d|civil|m|216|950
2.2|地连墙北侧|Diaphragm wall north side|6|2.1 FS-1d|retaining|m3|NetVolume|1650
2.3|地连墙南侧|Diaphragm wall south side|6|2.2 SS+3d, 2.2 FF+3d|retaining|m3|NetVolume|1650
2.4|地连墙东西侧|Diaphragm wall east and west sides|6|2.3 FS-2d|retaining|m3|NetVolume|1650
2.5|A区抗拔桩|Uplift piles zone A|4|2.2 SS+4d|piling|m3|NetVolume|1480
2.6|B区抗拔桩|Uplift piles zone B|8|2.5 FS|piling|m3|NetVolume|1480
2.7|格构柱|King posts|4|2.6 SS+2d, 2.6 FF+1d|steel|t|NetWeight|8.2
2.8|降水井施工|Dewatering wells|6|2.4 FS-3d|dewatering|well|count|9800
2.9|冠梁施工|Capping beam|6|2.4 FS|civil|m3|NetVolume|1980
2.10|地埋管换热孔|Borehole heat exchangers|8|2.6 SS+2d|geothermal|bore|count|11500
2.11|降水运行|Dewatering operation|C165|2.8 FS, 6.6.1 SF+240eh|dewatering|d|165|2600
3|基坑气膜|Foundation-pit dome
3.1|气膜锚梁|Dome anchor beams|5|2.9 FS-3d|civil|m3|NetVolume|1920
3.2|送风机与净化设备|Supply fans, standby power and purifiers|4|3.1 FS-1d|mechanical|set|count|145000
3.3|膜材与索网安装|Membrane and cable net|6|3.1 FS|membrane|m2|NetArea|310
3.4|气闸与门安装|Airlocks and doors|3|3.3 SS+2d|membrane|set|count|62000
3.5|充气与调压试验|Inflation and pressure test|2|3.2 FS, 3.3 FS, 3.4 FS|membrane|set|1|85000
3.6|气膜验收|Dome accepted|M|3.5 FS+1d
3.7|气膜拆除|Dome removal|6|6.7.1 FS|membrane|m2|2600|45
4|土方与支撑|Excavation and struts
4.1|A区第一层土方|Excavation A layer 1|4|3.6 FS+1d|earthwork|m3|NetVolume|68
4.2|A区第一道钢支撑|Steel struts level 1 zone A|3|4.1 SS+2d, 4.1 FF+1d|steel|t|NetWeight|6.4
4.3|混凝土角撑浇筑|Concrete corner braces|4|4.1 SS+1d|concrete|m3|NetVolume|2150
4.4|角撑拆模|Corner brace formwork removal|1|4.3 FS+111eh|concrete|m2|60|85
4.5|A区第二层土方|Excavation A layer 2|4|4.2 FS|earthwork|m3|NetVolume|74
4.6|A区第二道钢支撑|Steel struts level 2 zone A|3|4.5 FS-1d|steel|t|NetWeight|6.4
4.7|A区第三层土方|Excavation A layer 3|4|4.6 FS, 4.4 FS|earthwork|m3|NetVolume|82
4.8|A区验槽|Formation inspection zone A|M|4.7 FS
4.9|B区第一层土方|Excavation B layer 1|7|4.1 FS|earthwork|m3|NetVolume|68
4.10|B区第一道钢支撑|Steel struts level 1 zone B|5|4.9 SS+3d, 4.9 FF+1d|steel|t|NetWeight|6.4
4.11|B区第二层土方|Excavation B layer 2|7|4.10 FS, 4.5 FS|earthwork|m3|NetVolume|74
4.12|B区第二道钢支撑|Steel struts level 2 zone B|5|4.11 SS+4d, 4.11 FF+1d|steel|t|NetWeight|6.4
4.13|B1第三层土方|Excavation B1 layer 3|3|4.12 FS, 4.7 FS-1d|earthwork|m3|NetVolume|82
4.14|B2第三层土方|Excavation B2 layer 3|3|4.13 FS|earthwork|m3|NetVolume|82
4.15|B3第三层土方|Excavation B3 layer 3|3|4.14 FS|earthwork|m3|NetVolume|82
5|底板|Base slab
{slabs}
6|主体结构|Main structure
6.1|A区侧墙第一步|Zone A walls lift 1
6.1.1|A区侧墙钢筋第一步|Wall reinforcement A lift 1|5|5.2.4 FS+87eh|rebar|t|42|5900
6.1.2|A区侧墙模板第一步|Wall formwork A lift 1|4|6.1.1 SS+2d, 6.1.1 FF+1d|formwork|m2|690|92
6.1.3|A区侧墙浇筑第一步|Wall pour A lift 1|1|6.1.2 FS|concrete|m3|NetVolume|890
6.1.4|A区侧墙拆模第一步|Wall formwork removal A lift 1|2|6.1.3 FS+63eh|formwork|m2|690|28
6.2|A区上部|Zone A above lift 1
6.2.1|A区拆第二道支撑|Remove struts level 2 zone A|2|6.1.3 FS+159eh|steel|t|34.4|1.9
6.2.2|A区侧墙第二步|Walls A lift 2|9|6.2.1 FS, 6.1.4 FS|concrete|m3|NetVolume|1980
6.2.3|A区柱|Columns zone A|5|6.1.4 FS|concrete|m3|NetVolume|2050
6.2.4|A区首层板|Ground floor zone A|9|6.2.2 FS, 6.2.3 FS|concrete|m3|NetVolume|2120
6.3|B区侧墙第一步|Zone B walls lift 1
6.3.1|B1侧墙第一步|Walls B1 lift 1|8|5.3.5 FS, 6.1.3 SS|concrete|m3|NetVolume|1960
6.3.2|B2侧墙第一步|Walls B2 lift 1|8|5.4.5 FS, 6.3.1 FS-3d|concrete|m3|NetVolume|1960
6.3.3|B3侧墙第一步|Walls B3 lift 1|8|5.5.5 FS, 6.3.2 FS-3d|concrete|m3|NetVolume|1960
6.3.4|B区拆第二道支撑|Remove struts level 2 zone B|3|6.3.3 FS+159eh|steel|t|68.9|1.9
6.4|B区侧墙第二步|Zone B walls lift 2
6.4.1|B1侧墙第二步|Walls B1 lift 2|8|6.3.4 FS|concrete|m3|NetVolume|1980
6.4.2|B2侧墙第二步|Walls B2 lift 2|8|6.4.1 FS-4d|concrete|m3|NetVolume|1980
6.4.3|B3侧墙第二步|Walls B3 lift 2|8|6.4.2 FS-4d|concrete|m3|NetVolume|1980
6.5|调蓄池柱|Tank columns
6.5.1|B1柱|Columns B1|4|6.4.1 SS+1d|concrete|m3|NetVolume|2050
6.5.2|B2柱|Columns B2|4|6.4.2 SS+1d|concrete|m3|NetVolume|2050
6.5.3|B3柱|Columns B3|4|6.4.3 SS+1d|concrete|m3|NetVolume|2050
6.6|调蓄池顶板|Tank roof
6.6.1|B1顶板|Roof B1|7|6.4.1 FS, 6.5.1 FS|concrete|m3|NetVolume|2240
6.6.2|B2顶板|Roof B2|7|6.4.2 FS, 6.5.2 FS, 6.6.1 FS-3d|concrete|m3|NetVolume|2240
6.6.3|B3顶板|Roof B3|7|6.4.3 FS, 6.5.3 FS, 6.6.2 FS-3d|concrete|m3|NetVolume|2240
6.7|拆撑与满水试验|Strut removal and water test
6.7.1|拆第一道支撑|Remove struts level 1|4|6.6.3 FS+159eh, 6.2.4 FS|steel|t|103.3|1.9
6.7.2|满水试验|Water-tightness test|C10|6.6.3 FS+495eh|testing|set|1|96000
7|泵房上部结构|Pump hall superstructure
7.1|泵房墙柱|Hall walls and columns|8|6.2.4 FS+63eh|concrete|m3|NetVolume|2080
7.2|泵房屋面|Hall roof|8|7.1 FS, 3.7 FS|concrete|m3|NetVolume|2260
7.3|楼梯与栏杆|Stairs and railings|6|7.2 SS+4d|metal|pc|count|7800
7.4|装修|Finishes|20|7.2 FS+159eh, 7.3 FS|finishes|m2|1680|260
8|机电设备|Mechanical and electrical
8.1|水泵基础|Pump bases|4|6.2.4 FS+63eh|concrete|m3|NetVolume|2350
8.2|水泵安装|Pumps|6|8.1 FS+159eh|mechanical|set|count|385000
8.3|管道安装|Pipework|10|8.2 SS+2d, 8.2 FF+4d|mechanical|m|Length|4600
8.4|阀门安装|Valves|3|8.3 FF+1d|mechanical|set|count|36000
8.5|闸门与格栅|Gates and trash racks|5|6.3.1 FS, 8.2 SS|mechanical|set|count|88000
8.6|电气与自控|Electrical and SCADA|16|8.2 FS, 7.2 FS|electrical|set|1|2350000
8.7|设备单机调试|Equipment tests|6|8.4 FS, 8.5 FS, 8.6 FS|testing|set|6|12000
9|绿色能源|Green energy
9.1|屋面光伏|Roof photovoltaics|5|7.2 FS+159eh|photovoltaic|panel|count|1350
9.2|地源热泵机房|Ground-source heat pump plant|8|7.2 FS, 2.10 FS|geothermal|set|1|320000
10|收尾与验收|Completion
10.1|回填与覆土|Backfill and cover|8|6.7.2 FS, 6.7.1 FS|earthwork|m3|4200|46
10.2|联动试运行|Integrated trial run|C25|8.7 FS, 6.7.2 FS|testing|set|1|150000
10.3|室外与绿化|External works and planting|12|10.1 FS|landscape|m2|5200|180
10.4|竣工预验收整改|Pre-completion inspection|6|10.2 FS, 10.3 FS, 7.4 FS, 9.1 FS, 9.2 FS|civil|set|1|60000
10.5|竣工验收|Completion|M|10.4 FS
"""

_SLAB = """
5.{n}|{s}底板|Base slab {s}
5.{n}.1|垫层 {s}|Blinding {s}|1|{after}|concrete|m3|NetVolume|620
5.{n}.2|底板防水 {s}|Base waterproofing {s}|2|5.{n}.1 FS+15eh|waterproofing|m2|NetArea|128
5.{n}.3|底板钢筋绑扎 {s}|Base reinforcement {s}|{days}|{rebar}|rebar|kg|Weight|5.6
5.{n}.4|底板浇筑 {s}|Base slab pour {s}|1|5.{n}.3 FS|concrete|m3|NetVolume|845
5.{n}.5|底板养护 {s}|Base slab curing {s}|C7|5.{n}.4 FS|concrete|m2|{area}|9
"""

_AFTER = {"A1": "4.8 FS", "A2": "4.8 FS+1d", "B1": "4.13 FS", "B2": "4.14 FS", "B3": "4.15 FS"}
_LINK = re.compile(r"^([\d.]+) (FS|SS|FF|SF)([+-]\d+(?:\.\d+)?)?(d|eh)?$")


def _slabs() -> str:
    rows = []
    previous = ""
    for number, segment in enumerate(("A1", "A2", "B1", "B2", "B3"), start=1):
        rebar = f"5.{number}.2 FS" + (f", {previous} FS" if previous else "")
        rows.append(
            _SLAB.format(
                n=number,
                s=segment,
                after=_AFTER[segment],
                rebar=rebar,
                days=5 if segment.startswith("A") else 6,
                area=432 if segment.startswith("A") else 576,
            ).strip()
        )
        previous = f"5.{number}.3"
    return "\n".join(rows)


def _links(text: str) -> tuple[PlanLink, ...]:
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = _LINK.match(part)
        assert match is not None, part
        lag = float(match[3] or 0)
        elapsed = match[4] == "eh"
        found.append(
            PlanLink(
                predecessor=match[1], type=match[2], lag_hours=lag if elapsed else lag * 8, elapsed=elapsed
            )
        )
    return tuple(found)


def _quantity(code: str, basis: str) -> float:
    made = parts_by_task().get(code, ())
    if basis == "count":
        return float(len(made))
    if basis[0].isdigit():
        return float(basis)
    total = sum(part.quantities[basis] for part in made if basis in part.quantities)
    assert total > 0, (code, basis)
    return round(total, 3)


def _task(row: str) -> PlanTask:
    cells = row.split("|")
    code, zh, en = cells[:3]
    if len(cells) == 3:
        return PlanTask(code=code, zh=zh, en=en, summary=True)
    duration = cells[3]
    links = _links(cells[4]) if len(cells) > 4 else ()
    earliest = {"1.1": date(2026, 1, 5), "3.5": date(2026, 2, 25)}.get(code)
    latest = date(2026, 9, 30) if code == "10.5" else None
    if duration == "M":
        return PlanTask(
            code=code, zh=zh, en=en, links=links, milestone=True, earliest=earliest, latest=latest
        )
    continuous = duration.startswith("C")
    quantity = _quantity(code, cells[7])
    # Weights are kept in kg in the model and billed in tonnes or kilograms.
    if cells[6] == "t" and not cells[7][0].isdigit():
        quantity = round(quantity / 1000, 3)
    price = float(cells[8]) * (1000.0 if cells[6] == "t" and float(cells[8]) < 100 else 1.0)
    return PlanTask(
        code=code,
        zh=zh,
        en=en,
        hours=float(duration.lstrip("C")) * (24.0 if continuous else 8.0),
        links=links,
        calendar="CONTINUOUS" if continuous else "SITE",
        trade=cells[5],
        unit=cells[6],
        quantity=quantity,
        unit_price=price,
        earliest=earliest,
        latest=latest,
    )


@cache
def plan_tasks() -> tuple[PlanTask, ...]:
    """All tasks in WBS order."""
    return tuple(_task(row) for row in _TABLE.format(slabs=_slabs()).strip().splitlines())


@cache
def tasks_by_code() -> dict[str, PlanTask]:
    """Tasks by WBS code."""
    return {task.code: task for task in plan_tasks()}
