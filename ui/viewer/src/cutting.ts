/** The panel of the section box: two sliders an axis, a box around what is selected, a storey. */

import { choice, make } from "./dom.ts";
import type { Box } from "./types.ts";

const STEPS = 1000;

export interface CuttingActions {
  cut: (box: Box | null) => void;
  aroundSelected: () => void;
  aroundStorey: (name: string) => void;
}

export class Cutting {
  readonly element = make("section", { class: "panel cutting", hidden: true });
  private readonly sliders: HTMLInputElement[] = [];
  private whole: Box = [0, 0, 0, 1, 1, 1];
  private storeys: readonly string[] = [];

  constructor(private readonly words: Record<string, string>, private readonly actions: CuttingActions) {
    this.element.setAttribute("aria-label", words["section"]!);
  }

  get open(): boolean {
    return this.element.hidden === false;
  }

  /** What can be cut; the panel is made when it is first shown. */
  reach(whole: Box, storeys: readonly string[]): void {
    this.whole = whole;
    this.storeys = storeys;
    this.sliders.length = 0;
  }

  show(box: Box | null): void {
    if (!this.sliders.length) this.build();
    const shown = box ?? this.whole;
    for (let axis = 0; axis < 3; axis++) {
      const size = this.whole[axis + 3]! - this.whole[axis]! || 1;
      this.sliders[axis * 2]!.value = String(((shown[axis]! - this.whole[axis]!) / size) * STEPS);
      this.sliders[axis * 2 + 1]!.value = String(((shown[axis + 3]! - this.whole[axis]!) / size) * STEPS);
    }
  }

  private build(): void {
    const { storeys } = this;
    const rows = ["X", "Y", "Z"].map((axis) =>
      make("div", { class: "axis" }, make("span", {}, axis), this.slider(`${axis} ${this.words["cut_low"]}`, 0),
        this.slider(`${axis} ${this.words["cut_high"]}`, STEPS)));
    const storey = choice(this.words["cut_storey"]!, [["", this.words["cut_storey"]!], ...storeys.map((name): [string, string] => [name, name])],
      (name) => name && this.actions.aroundStorey(name));
    this.element.replaceChildren(
      make("h3", {}, this.words["section"]!), ...rows,
      make("div", { class: "row" },
        make("button", { type: "button", class: "word", click: () => this.actions.aroundSelected() }, this.words["cut_selected"]!),
        make("button", { type: "button", class: "word", "data-do": "uncut", click: () => this.actions.cut(null) }, this.words["cut_off"]!)),
      ...(storeys.length ? [storey] : []),
    );
  }

  private slider(says: string, value: number): HTMLInputElement {
    const slider = make("input", { type: "range", min: 0, max: STEPS, value, "aria-label": says, title: says });
    slider.addEventListener("input", () => this.read());
    this.sliders.push(slider);
    return slider;
  }

  private read(): void {
    const box = [...this.whole] as Box;
    for (let axis = 0; axis < 3; axis++) {
      const size = this.whole[axis + 3]! - this.whole[axis]!;
      const low = Number(this.sliders[axis * 2]!.value), high = Number(this.sliders[axis * 2 + 1]!.value);
      box[axis] = this.whole[axis]! + (Math.min(low, high) / STEPS) * size;
      box[axis + 3] = this.whole[axis]! + (Math.max(low, high) / STEPS) * size;
    }
    this.actions.cut(box);
  }
}
