/** Puts the parts together: what is loaded, how it looks, what is chosen, and what goes back to Python. */

import * as THREE from "three";
import { readAddress, writeAddress } from "./address.ts";
import { boxChunk } from "./boxes.ts";
import { Eye, PRESETS } from "./camera.ts";
import { lazily } from "./columns.ts";
import { Cutting } from "./cutting.ts";
import { trianglesOf } from "./decode.ts";
import { button, choice, make } from "./dom.ts";
import { Frames, type Quality } from "./frames.ts";
import { Legend } from "./legend.ts";
import { loadAppearance, loadChunk, LoadFailed, loadScene, traffic } from "./load.ts";
import { codesAt, differenceAt, GHOST, HIDDEN, Looks, paletteOf, SOLID } from "./looks.ts";
import { Measures } from "./measure.ts";
import { counted, Federation, mergedCodes, mergedTimes, type Instants, type Loaded } from "./model.ts";
import { Playback, PLAYS, type Play } from "./playback.ts";
import { nearestHit } from "./ray.ts";
import { Scene } from "./scene.ts";
import { boxOfPlanes, boxPlanes, type Plane } from "./section.ts";
import { Signs } from "./signs.ts";
import { Stage } from "./stage.ts";
import type { AppearanceDoc, Box, Category, Picked, Triple, ViewerData, Viewpoint } from "./types.ts";
import { fromViewpoint, toViewpoint } from "./viewpoint.ts";

export interface Api {
  picked: (picked: Picked) => void;
  marker: (marker: { id: string; kind: string; turn: number }) => void;
  viewpoint: (view: Viewpoint & { turn: number }) => void;
}

const DIMENSIONS = ["state", "evidence", "gate", "verdict", "late", "float", "trade", "storey"] as const;
const PLAY_FIELDS: Record<string, [string, string]> = {
  planned: ["planned_start", "planned_finish"],
  actual: ["actual_start", "actual_finish"],
  proven: ["accepted", "proven"],
};
const STOREY_COLORS = ["#9aa5ad", "#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#ee8866", "#44bb99", "#77aadd", "#99ddff", "#bbcc33", "#ffaabb"];
const CLICK_PX = 5;
const SNAP_PX = 12;
/** So much of a device's surroundings is shown [m]. */
const AROUND_M = 8;
/** While shapes arrive, how far they are is told so often [ms]. */
const TELL_MS = 250;
/** During playback the counts of the legend follow every so many frames. */
const LEGEND_EVERY = 12;
const COLORS = { selected: "#e6007e", line: "#141c22", cut: "#5b6a74" };

/** What the colours on the screen mean. */
interface Shown {
  categories: Category[];
  codes: Uint8Array;
  name: string;
}

export class Viewer {
  readonly root: HTMLElement;
  readonly stats = { updates: 0, frames: 0, recolours: 0, recolour_ms: 0, first_frame_ms: 0, losses: 0, errors: 0 };
  private readonly canvas: HTMLCanvasElement;
  private readonly stage: Stage;
  private readonly eye: Eye;
  private readonly frames: Frames;
  private readonly overlay: HTMLElement;
  private readonly notice: HTMLElement;
  private readonly status: HTMLElement;
  private readonly legend: Legend;
  private readonly cutting: Cutting;
  private readonly playback: Playback;
  private readonly measures: Measures;
  private readonly signs: Signs;
  private readonly by: HTMLSelectElement;
  private readonly observer: ResizeObserver;
  private readonly began = performance.now();
  private data: ViewerData;
  private federation = new Federation();
  private looks = new Looks(0);
  /** 1 for every element that is drawn. */
  private drawnMask: Uint8Array = new Uint8Array(0);
  private second = new Looks(0);
  private appearances: { base: number; doc: AppearanceDoc }[] = [];
  private codes: Record<string, () => Uint8Array> = {};
  private readonly scratch: [Uint8Array, Uint8Array] = [new Uint8Array(0), new Uint8Array(0)];
  /** Read when time is first looked at. */
  private instants: Instants | null = null;
  private asOf = 0;
  private palettes: Record<string, Category[]> = {};
  private dimension = "state";
  private readonly muted = new Map<string, Set<string>>();
  private readonly selected = new Set<number>();
  private readonly hidden = new Set<number>();
  private only: Set<number> | null = null;
  private rest: typeof GHOST | typeof HIDDEN = GHOST;
  private planes: Plane[] = [];
  private cutBox: Box | null = null;
  private whole: Box = [-1, -1, -1, 1, 1, 1];
  private mode: "select" | "measure" = "select";
  private scenes = "";
  private looksFrom = "";
  private loading: Promise<void> = Promise.resolve();
  private turn = 0;
  private address = 0;
  private started = false;
  private seen = { selected: "", walk: 0, viewpoint: 0 };

  constructor(parent: Node, data: ViewerData, private api: Api) {
    this.data = data;
    const words = data.words;
    this.canvas = make("canvas", { tabindex: 0, role: "application", "aria-label": words["canvas"]! });
    this.overlay = make("div", { class: "overlay" });
    this.notice = make("div", { class: "notice", role: "alert", hidden: true });
    this.status = make("div", { class: "status", role: "status" });
    this.root = make("div", { class: "viewer" }, this.canvas, this.overlay);
    (this.root as HTMLElement & { viewer: Viewer }).viewer = this;
    parent.appendChild(this.root);
    this.eye = new Eye(this.canvas, () => this.draw(), () => matchMedia("(prefers-reduced-motion: reduce)").matches);
    this.stage = new Stage(this.canvas, COLORS, this.eye.camera);
    this.frames = new Frames(this.stage.renderer.getContext() as WebGL2RenderingContext, (quality) => this.paint(quality));
    this.legend = new Legend((code) => this.toggle(code));
    this.by = choice(words["by"]!, DIMENSIONS.map((name) => [name, words[`by_${name}`]!]), (name) => this.colourBy(name));
    this.cutting = new Cutting(words, {
      cut: (box) => this.cut(box),
      aroundSelected: () => this.cut(this.grown(this.federation.boxAround(this.selected))),
      aroundStorey: (name) => this.cutStorey(name),
    });
    this.playback = new Playback(words, data.locale, data.zone, {
      moved: () => this.timed(),
      changed: () => this.timed(true),
      closed: () => this.openTime(false),
    });
    this.measures = new Measures(this.stage.extras, this.overlay, () => this.data.locale);
    this.signs = new Signs(this.stage.extras, this.overlay, (marker) =>
      this.api.marker({ id: marker.id, kind: marker.kind, turn: ++this.turn }));
    this.root.append(this.tools(), make("section", { class: "panel colours", "aria-label": words["legend"]! }, this.by, this.legend.element),
      make("div", { class: "caption left" }, words["play_planned"]!), make("div", { class: "caption right" }, words["play_actual"]!),
      this.cutting.element, this.playback.element, this.status, this.notice);
    this.listen();
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.root);
  }

  /** Takes what Python says now; loads only what has another address than before. */
  async update(data: ViewerData, api: Api): Promise<void> {
    this.stats.updates++;
    this.data = data;
    this.api = api;
    try {
      const scenes = data.models.map((model) => model.scene).join(" ");
      const looks = data.models.map((model) => model.appearance).join(" ");
      // Asked for before the shapes are there: a first frame has its colours.
      const docs = looks === this.looksFrom && scenes === this.scenes ? null : Promise.all(data.models.map((model) => loadAppearance(model.appearance)));
      docs?.catch(() => undefined);
      this.looksFrom = looks;
      if (docs && scenes !== this.scenes) {
        this.scenes = scenes;
        this.loading = this.load(scenes, looks, docs);
        await this.loading;
      } else if (docs) {
        await this.loading;
        this.takeLooks(looks, await docs);
      }
      if (!this.federation.count) return;
      // What Python said while the shapes were on their way counts, not what it said before.
      const { markers, prisms } = this.data;
      if (this.signs.show(markers, prisms, this.federation.origin, (ids) => this.topOf(ids))) this.draw();
      this.follow(this.data);
      this.hush();
    } catch (error) {
      this.failed(error);
    }
  }

  dispose(): void {
    this.observer.disconnect();
    this.playback.pause();
    clearTimeout(this.address);
    this.frames.dispose();
    this.eye.dispose();
    this.measures.clear();
    this.stage.dispose();
    this.root.remove();
  }

  // -- loading ---------------------------------------------------------------------------------------

  private async load(wanted: string, looks: string, docs: Promise<AppearanceDoc[]>): Promise<void> {
    this.say("loading");
    this.frames.hold();
    const asked = Promise.all(this.data.models.map((model) => loadScene(model.scene)));
    if (!this.frames.drawn) this.stage.warmUp();
    const scenes = await asked;
    if (wanted !== this.scenes) return;
    this.stage.clear();
    this.federation = new Federation();
    this.selected.clear();
    this.hidden.clear();
    this.only = null;
    const loaded = scenes.map((doc) => this.federation.add(new Scene(doc)));
    const count = this.federation.count;
    this.drawnMask = this.federation.drawnMask();
    this.looks = new Looks(count);
    this.second = new Looks(count);
    this.scratch[0] = new Uint8Array(count);
    this.scratch[1] = new Uint8Array(count);
    const frame = this.federation.frame();
    this.whole = this.federation.extent() ?? this.whole;
    const storeys = this.federation.storeys();
    const { federation } = this;
    this.codes = { storey: lazily(() => federation.storeyCodes()), trade: lazily(() => federation.trades()) };
    this.palettes = {
      ...this.data.palettes,
      storey: [
        { code: "none", label: this.data.words["no_storey"]!, color: STOREY_COLORS[0]! },
        ...storeys.map((label, place) => ({ code: label, label, color: STOREY_COLORS[1 + (place % (STOREY_COLORS.length - 1))]! })),
      ],
    };
    this.cutting.reach(frame ? this.grown(frame, 0.04)! : this.whole, storeys);
    this.stage.setLooks([this.looks]);
    if (frame) this.firstView(frame);
    const coloured = docs.then((found) => this.takeLooks(looks, found));
    const chunks = loaded.flatMap((entry) => entry.scene.chunks.map((_, place) => ({ entry, place })));
    let done = 0, told = performance.now();
    await Promise.all(chunks.map(async ({ entry, place }) => {
      const chunk = entry.scene.chunks[place]!;
      const data = await loadChunk(`${this.data.geometry}/${chunk.file}`);
      if (wanted !== this.scenes) return;
      entry.scene.arrived.set(place, data);
      this.stage.add(data, chunk, entry.base + chunk.first, entry.offset);
      done++;
      // Words that change with every chunk would cost more than the chunks.
      if (performance.now() - told > TELL_MS) {
        told = performance.now();
        this.say("loading_share", { share: Math.round((done / chunks.length) * 100) });
      }
      this.draw();
    }));
    await coloured;
    if (wanted !== this.scenes) return;
    loaded.forEach((entry) => this.addBoxes(entry));
    this.frames.release();
    if (!this.stats.first_frame_ms) this.stats.first_frame_ms = performance.now() - this.began;
    // The picture is not kept waiting for the words beside it.
    setTimeout(() => this.recolour());
    this.root.dataset["loaded"] = String(count);
    this.say("");
  }

  private addBoxes(entry: Loaded): void {
    const boxes = boxChunk(entry.scene);
    if (boxes) this.stage.add(boxes.data, boxes.chunk, entry.base + boxes.chunk.first, entry.offset);
  }

  private takeLooks(wanted: string, docs: AppearanceDoc[]): void {
    const { loaded } = this.federation;
    if (wanted !== this.looksFrom || docs.length !== loaded.length) return;
    this.appearances = docs.map((doc, place) => ({ base: loaded[place]!.base, doc }));
    const { federation, appearances } = this;
    for (const name of Object.keys(docs[0]?.codes ?? {})) this.codes[name] = lazily(() => mergedCodes(federation.count, appearances, name));
    this.asOf = Date.parse(this.data.as_of);
    this.instants = null;
    if (this.timing) this.span();
    if (this.started) this.recolour();
    else this.begin();
    this.root.dataset["coloured"] = String(this.stats.recolours);
  }

  /** What the address asks for, once everything is there. */
  private begin(): void {
    this.started = true;
    const asked = readAddress(location.search);
    this.colourBy(asked.by && this.palettes[asked.by] ? asked.by : "state");
    if (asked.cut) this.cut(this.shifted(asked.cut, -1));
    if (asked.play && (PLAYS as readonly string[]).includes(asked.play)) {
      this.openTime(true, asked.play as Play, asked.time ?? this.asOf);
    }
  }

  private firstView(frame: Box): void {
    const size = Math.hypot(frame[3] - frame[0], frame[4] - frame[1], frame[5] - frame[2]);
    this.eye.reach(Math.max(size, 1));
    const asked = readAddress(location.search);
    if (asked.eye && asked.target) {
      const [eye, target] = [asked.eye, asked.target].map((at) => at.map((value, axis) => value - this.federation.origin[axis]!));
      this.eye.set(new THREE.Vector3(...(eye as Triple)), new THREE.Vector3(...(target as Triple)));
    } else {
      this.eye.frame(frame, PRESETS["iso"], true);
    }
  }

  private follow(data: ViewerData): void {
    const selected = data.selected.join(" ");
    if (selected !== this.seen.selected) {
      this.seen.selected = selected;
      const places = data.selected.flatMap((id) => this.federation.placesOf(id));
      if (places.join() !== [...this.selected].join()) this.select(places, false);
    }
    if (data.walk !== this.seen.walk) {
      this.seen.walk = data.walk;
      if (this.selected.size) this.walkToSelected();
      else if (data.focus) this.walkTo(data.focus);
    }
    if (data.viewpoint && data.viewpoint.turn !== this.seen.viewpoint) {
      this.seen.viewpoint = data.viewpoint.turn;
      this.takeUp(data.viewpoint.view);
    }
  }

  // -- looks -----------------------------------------------------------------------------------------

  colourBy(name: string): void {
    this.dimension = name;
    this.by.value = name;
    this.recolour();
    this.remember();
  }

  private get timing(): boolean {
    return !this.playback.element.hidden;
  }

  /** Paints all texels again, writes the legend and draws. */
  recolour(): void {
    const began = performance.now();
    const shown = this.paintOnly();
    if (!shown) return;
    this.stats.recolour_ms = performance.now() - began;
    this.stats.recolours++;
    const isDue = !this.playback.isRunning || this.stats.recolours % LEGEND_EVERY === 0;
    if (isDue && !this.frames.isHolding) this.writeLegend(shown);
    this.draw();
  }

  private writeLegend({ categories, codes, name }: Shown): void {
    this.legend.show(categories, counted(codes, categories, this.drawnMask), this.mutedOf(name), this.data.locale);
  }

  /** Texels from codes, palette, visibility and selection; returns what the colours mean. */
  paintOnly(): Shown | null {
    const { looks, second } = this;
    if (!looks.count) return null;
    let ghosts: boolean;
    let shown: Shown;
    if (this.timing) {
      const play = this.playback.play;
      const [one, two] = this.scratch;
      if (play === "difference") {
        differenceAt(this.minutes("planned_finish"), this.minutes("actual_finish"), this.playback.minute, (this.asOf - this.times.origin) / 60_000, one);
        shown = { categories: this.palettes["difference"] ?? [], codes: one, name: "difference" };
      } else {
        this.codesOf(play === "side_by_side" ? "planned" : play, one);
        shown = { categories: this.palettes["time"] ?? [], codes: one, name: "time" };
      }
      const palette = paletteOf(shown.categories, this.mutedOf(shown.name), this.rest);
      ghosts = looks.paint(one, palette);
      if (play === "side_by_side") {
        this.codesOf("actual", two);
        ghosts = second.paint(two, palette) || ghosts;
      }
    } else {
      const codes = this.codes[this.dimension]?.() ?? this.scratch[0].fill(0);
      shown = { categories: this.palettes[this.dimension] ?? [], codes, name: this.dimension };
      ghosts = looks.paint(codes, paletteOf(shown.categories, this.mutedOf(shown.name), this.rest));
    }
    this.stage.refresh(ghosts);
    return shown;
  }

  private codesOf(play: string, codes: Uint8Array): void {
    const [start, finish] = PLAY_FIELDS[play]!;
    codesAt(this.minutes(start), this.minutes(finish), this.playback.minute, codes);
  }

  private get times(): Instants {
    return (this.instants ??= mergedTimes(this.federation.count, this.appearances));
  }

  private minutes(name: string): Int32Array {
    return (this.times.minutes[name] ??= new Int32Array(this.federation.count).fill(-1));
  }

  /** How far the slider of time reaches: to the present, or to the last thing planned. */
  private span(): void {
    const { origin, minutes } = this.times;
    let last = (this.asOf - origin) / 60_000;
    for (const list of Object.values(minutes)) for (const minute of list) if (minute > last) last = minute;
    this.playback.span(last, origin);
  }

  private mutedOf(name: string): Set<string> {
    let muted = this.muted.get(name);
    if (!muted) {
      // What is not built yet is a ghost from the start: that is what 4D is looked at for.
      muted = new Set(name === "time" ? ["not_yet", "unknown"] : name === "difference" ? ["later", "unknown"] : []);
      this.muted.set(name, muted);
    }
    return muted;
  }

  private toggle(code: string): void {
    const name = this.timing ? (this.playback.play === "difference" ? "difference" : "time") : this.dimension;
    const muted = this.mutedOf(name);
    if (!muted.delete(code)) muted.add(code);
    this.recolour();
  }

  private timed(layout = false): void {
    if (layout) {
      const both = this.timing && this.playback.play === "side_by_side";
      this.stage.setLooks(both ? [this.looks, this.second] : [this.looks]);
      this.root.classList.toggle("halves", both);
      this.resize();
    }
    if (this.timing) this.recolour();
    if (!this.playback.isRunning) this.remember();
  }

  openTime(open: boolean, play?: Play, instant?: number): void {
    this.playback.pause();
    this.playback.element.hidden = !open;
    this.root.classList.toggle("timing", open);
    this.by.hidden = open;
    this.press("time", open);
    if (open) {
      this.span();
      this.playback.choose(play ?? this.playback.play);
      this.playback.setInstant(instant ?? (this.playback.minute ? this.playback.instant : this.asOf));
    } else {
      this.timed(true);
      this.recolour();
    }
    this.remember();
  }

  // -- selection and visibility ----------------------------------------------------------------------

  select(places: number[], tell = true): void {
    for (const place of this.selected) this.mark(place, false);
    this.selected.clear();
    for (const place of places) {
      this.selected.add(place);
      this.mark(place, true);
    }
    this.recolour();
    const ids = this.federation.idsOf(places);
    this.say(ids.length > 1 ? "selected_many" : "", { count: ids.length });
    if (tell) {
      this.seen.selected = ids.join(" ");
      this.api.picked({ id: ids.at(-1) ?? "", ids: ids.slice(0, 200), turn: ++this.turn });
    }
  }

  private mark(place: number, on: boolean): void {
    this.looks.setSelected(place, on);
    this.second.setSelected(place, on);
  }

  hideSelected(): void {
    this.selected.forEach((place) => this.hidden.add(place));
    this.select([]);
    this.applyVisibility();
  }

  isolateSelected(): void {
    this.only = this.selected.size ? new Set(this.selected) : null;
    this.applyVisibility();
  }

  showAll(): void {
    this.hidden.clear();
    this.only = null;
    this.muted.clear();
    this.applyVisibility();
  }

  switchRest(): void {
    this.rest = this.rest === GHOST ? HIDDEN : GHOST;
    this.press("ghost", this.rest === GHOST);
    this.applyVisibility();
  }

  private applyVisibility(): void {
    for (let place = 0; place < this.looks.count; place++) {
      const look = this.hidden.has(place) ? HIDDEN : this.only && !this.only.has(place) ? this.rest : SOLID;
      this.looks.setVisibility(place, look);
      this.second.setVisibility(place, look);
    }
    this.recolour();
  }

  walkToSelected(): void {
    const box = this.federation.boxAround(this.selected);
    if (box) this.eye.frame(this.grown(box, 0.6)!);
  }

  private walkTo(at: Triple): void {
    const middle = at.map((value, axis) => value - this.federation.origin[axis]!) as Triple;
    this.eye.frame([...middle.map((value) => value - AROUND_M), ...middle.map((value) => value + AROUND_M)] as Box);
  }

  fit(): void {
    const frame = this.federation.frame();
    if (frame) this.eye.frame(frame);
  }

  look(preset: string): void {
    const frame = this.federation.frame();
    if (frame) this.eye.frame(frame, PRESETS[preset]);
  }

  /** Middle of the top of the box around elements; null where none of them is drawn. */
  private topOf(ids: string[]): Triple | null {
    const box = this.federation.boxAround(ids.flatMap((id) => this.federation.placesOf(id)));
    return box && [(box[0] + box[3]) / 2, (box[1] + box[4]) / 2, box[5]];
  }

  private *drawnPlaces(): Iterable<number> {
    for (let place = 0; place < this.federation.count; place++) if (this.drawnMask[place]) yield place;
  }

  // -- sections --------------------------------------------------------------------------------------

  cut(box: Box | null): void {
    this.cutBox = box;
    this.setPlanes(box ? boxPlanes(box) : []);
    this.cutting.show(box);
    this.press("section", !!box || this.cutting.open);
    this.remember();
  }

  private setPlanes(planes: Plane[]): void {
    this.planes = planes;
    this.stage.setPlanes(planes);
    this.draw();
  }

  private cutStorey(name: string): void {
    const code = this.palettes["storey"]!.findIndex((category) => category.code === name);
    const storeys = this.codes["storey"]!();
    const places = [...this.drawnPlaces()].filter((place) => storeys[place] === code);
    const boxes = places.map((place) => this.federation.boxOf(place)!).filter(Boolean);
    if (!boxes.length) return;
    const lows = boxes.map((box) => box[2]).sort((a, b) => a - b);
    const highs = boxes.map((box) => box[5]).sort((a, b) => a - b);
    // Risers and stairs run through storeys: the middle ones of its elements say where it lies.
    const low = lows[Math.floor(lows.length * 0.1)]!, high = highs[Math.floor(highs.length * 0.75)]!;
    this.cut([this.whole[0], this.whole[1], low, this.whole[3], this.whole[4], Math.max(high, low + 0.5)]);
  }

  private grown(box: Box | null, by = 0.15): Box | null {
    if (!box) return null;
    const margin = Math.max(...[0, 1, 2].map((axis) => box[axis + 3]! - box[axis]!)) * by + 0.05;
    return box.map((value, side) => value + (side < 3 ? -margin : margin)) as Box;
  }

  private shifted(box: Box, sign: number): Box {
    return box.map((value, side) => value + sign * this.federation.origin[side % 3]!) as Box;
  }

  // -- pointer and keyboard --------------------------------------------------------------------------

  private listen(): void {
    let down: [number, number] | null = null;
    this.canvas.addEventListener("pointerdown", (event) => (down = event.isPrimary ? [event.clientX, event.clientY] : null));
    this.canvas.addEventListener("pointerup", (event) => {
      const still = down && Math.hypot(event.clientX - down[0], event.clientY - down[1]) < CLICK_PX;
      down = null;
      if (!still || event.button > 0) return;
      const box = this.canvas.getBoundingClientRect();
      this.click(event.clientX - box.left, event.clientY - box.top, event.shiftKey || event.ctrlKey || event.metaKey);
    });
    this.canvas.addEventListener("dblclick", () => this.walkToSelected());
    this.canvas.addEventListener("keydown", (event) => {
      if (this.key(event)) event.preventDefault();
    });
    this.canvas.addEventListener("webglcontextlost", (event) => {
      event.preventDefault();
      this.stats.losses++;
      this.say("context_lost");
    });
    this.canvas.addEventListener("webglcontextrestored", () => {
      this.say("");
      this.stage.setLooks(this.stage.halves > 1 ? [this.looks, this.second] : [this.looks]);
      this.recolour();
    });
    this.eye.controls.addEventListener("end", () => this.remember());
  }

  private key(event: KeyboardEvent): boolean {
    const step = 0.12;
    const presets = Object.keys(PRESETS);
    const acts: Record<string, () => void> = {
      ArrowLeft: () => (event.shiftKey ? this.eye.pan(-step / 2, 0) : this.eye.orbit(-step, 0)),
      ArrowRight: () => (event.shiftKey ? this.eye.pan(step / 2, 0) : this.eye.orbit(step, 0)),
      ArrowUp: () => (event.shiftKey ? this.eye.pan(0, step / 2) : this.eye.orbit(0, -step)),
      ArrowDown: () => (event.shiftKey ? this.eye.pan(0, -step / 2) : this.eye.orbit(0, step)),
      "+": () => this.eye.orbit(0, 0, 1.15), "=": () => this.eye.orbit(0, 0, 1.15), "-": () => this.eye.orbit(0, 0, 1 / 1.15),
      f: () => (this.selected.size ? this.walkToSelected() : this.fit()),
      h: () => this.hideSelected(), i: () => this.isolateSelected(), a: () => this.showAll(), g: () => this.switchRest(),
      x: () => this.openSection(!this.cutting.open), m: () => this.setMode(this.mode === "measure" ? "select" : "measure"),
      t: () => this.openTime(!this.timing),
      " ": () => this.timing && (this.playback.isRunning ? this.playback.pause() : this.playback.start()),
      Escape: () => this.escape(),
      Enter: () => this.click(this.canvas.clientWidth / 2, this.canvas.clientHeight / 2, event.shiftKey),
    };
    presets.forEach((name, place) => (acts[String(place + 1)] = () => this.look(name)));
    const act = acts[event.key] ?? acts[event.key.toLowerCase()];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return false;
    act();
    if (event.key.startsWith("Arrow") || "+=-".includes(event.key)) this.remember();
    return true;
  }

  private escape(): void {
    if (this.mode === "measure") {
      this.measures.clear();
      this.setMode("select");
    } else {
      this.select([]);
    }
  }

  private click(x: number, y: number, more: boolean): void {
    const place = this.pickAt(x, y);
    if (this.mode === "measure") {
      const at = place < 0 ? null : this.pointAt(place, x, y);
      if (at) this.say(this.measures.point(at) ? "" : "measure_second");
      this.draw();
      return;
    }
    if (!more) this.select(place < 0 ? [] : [place]);
    else if (place >= 0) {
      const places = new Set(this.selected);
      if (!places.delete(place)) places.add(place);
      this.select([...places]);
    }
  }

  /** Place of the element under a point of the canvas [CSS px], -1 where there is none. */
  pickAt(x: number, y: number): number {
    return this.stage.pick(x, y, this.canvas.clientWidth, this.canvas.clientHeight);
  }

  /** Where a ray through a pixel meets an element; near a corner, the corner. */
  pointAt(place: number, x: number, y: number): Triple | null {
    const { entry, local } = this.federation.of(place);
    const width = this.canvas.clientWidth / this.stage.halves, height = this.canvas.clientHeight;
    // The middle of the pixel that the pick buffer answered for.
    const ray = this.eye.ray((Math.floor(x) % width) + 0.5, Math.floor(y) + 0.5, width, height);
    const from = ray.from.map((value, axis) => value - entry.offset[axis]!) as Triple;
    const found = entry.scene.chunkOf(local);
    const data = entry.scene.arrived.get(found);
    if (!data) return null;
    const chunk = entry.scene.chunks[found]!;
    const hit = nearestHit(trianglesOf(data, chunk, local - chunk.first), from, ray.along,
      this.planes.map(({ n, d }) => ({ n, d: d + n[0] * entry.offset[0] + n[1] * entry.offset[1] + n[2] * entry.offset[2] })));
    if (!hit) return null;
    const shift = (at: Triple): Triple => at.map((value, axis) => value + entry.offset[axis]!) as Triple;
    const near = hit.corners.map(shift).map((corner) => ({ corner, ...this.project(corner) }))
      .map(({ corner, x: cx, y: cy }) => ({ corner, apart: Math.hypot(cx - (x % width), cy - y) }))
      .sort((a, b) => a.apart - b.apart)[0]!;
    return near.apart < SNAP_PX ? near.corner : shift(hit.point);
  }

  setMode(mode: "select" | "measure"): void {
    this.mode = mode;
    this.press("measure", mode === "measure");
    this.root.classList.toggle("measuring", mode === "measure");
    this.say(mode === "measure" ? "measure_first" : "");
    this.draw();
  }

  openSection(open: boolean): void {
    this.cutting.element.hidden = !open;
    this.press("section", open || !!this.cutBox);
    if (open) this.cutting.show(this.cutBox);
  }

  // -- tools -----------------------------------------------------------------------------------------

  private tools(): HTMLElement {
    const words = this.data.words;
    const view = choice(words["look_from"]!, [["", words["look_from"]!], ...Object.keys(PRESETS).map((name): [string, string] => [name, words[`look_${name}`]!])],
      (name) => {
        if (name) this.look(name);
        view.value = "";
      });
    const group = (...parts: HTMLElement[]): HTMLElement => make("div", { class: "group" }, ...parts);
    const bar = make("div", { class: "tools", role: "toolbar", "aria-label": words["tools"]! },
      group(button("fit", words["fit"]!, () => this.fit()), view),
      group(
        button("hide", words["hide"]!, () => this.hideSelected()),
        button("isolate", words["isolate"]!, () => this.isolateSelected()),
        button("ghost", words["ghost"]!, () => this.switchRest()),
        button("all", words["all"]!, () => this.showAll())),
      group(
        button("section", words["section"]!, () => this.openSection(!this.cutting.open)),
        button("measure", words["measure"]!, () => this.setMode(this.mode === "measure" ? "select" : "measure")),
        button("time", words["time"]!, () => this.openTime(!this.timing))),
      group(
        button("snapshot", words["snapshot"]!, () => this.saveSnapshot()),
        button("viewpoint", words["viewpoint"]!, () => void this.tellViewpoint()),
        button("link", words["link"]!, () => void this.copyLink())));
    bar.querySelector('[data-do="ghost"]')!.setAttribute("aria-pressed", "true");
    return bar;
  }

  private press(name: string, on: boolean): void {
    this.root.querySelector(`.tools [data-do="${name}"]`)?.setAttribute("aria-pressed", String(on));
  }

  /** The picture as it is on the screen, on the paper's colour. */
  async snapshot(): Promise<Blob> {
    this.render();
    const picture = document.createElement("canvas");
    picture.width = this.canvas.width;
    picture.height = this.canvas.height;
    const context = picture.getContext("2d")!;
    context.fillStyle = getComputedStyle(this.root).backgroundColor;
    context.fillRect(0, 0, picture.width, picture.height);
    context.drawImage(this.canvas, 0, 0);
    return new Promise((resolve, refuse) =>
      picture.toBlob((blob) => (blob ? resolve(blob) : refuse(new Error("snapshot"))), "image/png"));
  }

  private async saveSnapshot(): Promise<void> {
    const address = URL.createObjectURL(await this.snapshot());
    const day = new Date(this.timing ? this.playback.instant : this.asOf || Date.now()).toISOString().slice(0, 10);
    make("a", { href: address, download: `model-${this.timing ? this.playback.play : this.dimension}-${day}.png` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  }

  viewpoint(): Viewpoint {
    const { camera, controls } = this.eye;
    const ids = (places: Iterable<number>): string[] => this.federation.idsOf(places);
    return toViewpoint({
      eye: camera.position.toArray() as Triple, target: controls.target.toArray() as Triple,
      up: new THREE.Vector3().setFromMatrixColumn(camera.matrixWorld, 1).toArray() as Triple,
      angle: camera.fov, aspect: camera.aspect, planes: this.planes,
      selected: ids(this.selected), hidden: ids(this.hidden), only: this.only ? ids(this.only) : null,
    }, this.federation.origin);
  }

  private async tellViewpoint(): Promise<void> {
    const blob = await this.snapshot();
    const bytes = new Uint8Array(await blob.arrayBuffer());
    let text = "";
    for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
    this.api.viewpoint({ ...this.viewpoint(), snapshot: { snapshot_type: "png", snapshot_data: btoa(text) }, turn: ++this.turn });
  }

  takeUp(viewpoint: Viewpoint): void {
    const middle = this.federation.frame();
    const view = fromViewpoint(viewpoint, this.federation.origin, middle ? Math.hypot(middle[3] - middle[0], middle[4] - middle[1]) / 2 : 10);
    if (viewpoint.perspective_camera || viewpoint.orthogonal_camera) {
      this.eye.set(new THREE.Vector3(...view.eye), new THREE.Vector3(...view.target));
    }
    this.cutBox = view.planes.length ? boxOfPlanes(view.planes, this.whole) : null;
    this.setPlanes(view.planes);
    this.cutting.show(this.cutBox);
    const places = (ids: string[]): number[] => ids.flatMap((id) => this.federation.placesOf(id));
    this.hidden.clear();
    places(view.hidden).forEach((place) => this.hidden.add(place));
    this.only = view.only ? new Set(places(view.only)) : null;
    this.select(places(view.selected), false);
    this.applyVisibility();
  }

  private async copyLink(): Promise<void> {
    this.writeAddress();
    await navigator.clipboard.writeText(location.href).then(() => this.say("link_copied"), () => this.say("link_shown"));
  }

  /** Puts the view into the address once it has come to rest. */
  private remember(): void {
    clearTimeout(this.address);
    this.address = window.setTimeout(() => this.writeAddress(), 400);
  }

  private writeAddress(): void {
    if (!this.started || !this.root.isConnected) return;
    const project = (at: THREE.Vector3): Triple => at.toArray().map((value, axis) => value + this.federation.origin[axis]!) as Triple;
    const query = writeAddress(location.search, {
      eye: project(this.eye.camera.position), target: project(this.eye.controls.target),
      ...(this.dimension === "state" ? {} : { by: this.dimension }),
      ...(this.cutBox ? { cut: this.shifted(this.cutBox, 1) } : {}),
      ...(this.timing ? { play: this.playback.play, time: this.playback.instant } : {}),
    });
    history.replaceState(history.state, "", location.pathname + query + location.hash);
  }

  // -- drawing ---------------------------------------------------------------------------------------

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.root;
    if (!width || !height) return;
    this.stage.resize(width, height);
    this.eye.resize(width / this.stage.halves, height);
    // A canvas of another size is empty until it is drawn on.
    if (this.frames.drawn) this.render();
  }

  private draw(): void {
    this.frames.ask();
  }

  /** Draws the finest frame before it returns. */
  render(): void {
    this.frames.now();
  }

  private paint(quality: Quality): void {
    this.stage.render(quality);
    const project = (at: Triple): { x: number; y: number; seen: boolean } => this.project(at);
    this.measures.place(project);
    this.signs.place(project);
    this.stats.frames++;
  }

  private project(at: Triple): { x: number; y: number; seen: boolean } {
    const point = new THREE.Vector3(...at).project(this.eye.camera);
    const width = this.canvas.clientWidth / this.stage.halves, height = this.canvas.clientHeight;
    return {
      x: (point.x / 2 + 0.5) * width, y: (0.5 - point.y / 2) * height,
      seen: point.z < 1 && Math.abs(point.x) < 1.02 && Math.abs(point.y) < 1.02,
    };
  }

  private say(word: string, values: Record<string, number> = {}): void {
    let text = word ? (this.data.words[word] ?? "") : "";
    for (const [name, value] of Object.entries(values)) text = text.replace(`{${name}}`, new Intl.NumberFormat(this.data.locale).format(value));
    this.status.textContent = text;
  }

  private failed(error: unknown): void {
    this.stats.errors++;
    const status = error instanceof LoadFailed ? error.status : 0;
    const words = this.data.words;
    this.notice.textContent = status === 401 ? words["session_ended"]! : words["load_failed"]!;
    this.notice.hidden = false;
    this.scenes = "";
    this.looksFrom = "";
    this.frames.release();
    this.say("");
    if (!status) console.error(error);
  }

  private hush(): void {
    this.notice.hidden = true;
  }

  /** For tests and curious people: what is on the screen, in numbers. */
  report(): Record<string, unknown> {
    const drawn = [...this.drawnPlaces()];
    return {
      ...this.stats, ...traffic, elements: this.federation.count, drawn: drawn.length,
      drawn_ids: this.federation.idsOf(drawn).length,
      selected: [...this.selected].map((place) => this.federation.idOf(place)), by: this.dimension, mode: this.mode,
      planes: this.planes.length, play: this.timing ? this.playback.play : null, minute: this.playback.minute,
      measures: this.measures.all.map((measure) => this.measures.text(measure)), origin: this.federation.origin,
      eye: this.eye.camera.position.toArray(), target: this.eye.controls.target.toArray(), info: this.stage.renderer.info.memory,
    };
  }

  idAt(x: number, y: number): string {
    const place = this.pickAt(x, y);
    return place < 0 ? "" : this.federation.idOf(place);
  }

  /** The ray through a pixel in project coordinates [m]. */
  rayAt(x: number, y: number): { from: Triple; along: Triple } {
    const width = this.canvas.clientWidth / this.stage.halves;
    const ray = this.eye.ray(x % width, y, width, this.canvas.clientHeight);
    return { from: ray.from.map((value, axis) => value + this.federation.origin[axis]!) as Triple, along: ray.along };
  }
}
