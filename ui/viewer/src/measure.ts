/** Measures: lines between two points with their length and its parts along the axes. */

import * as THREE from "three";
import { make } from "./dom.ts";
import type { Triple } from "./types.ts";

export interface Measure {
  from: Triple;
  to: Triple;
}

export function lengthOf({ from, to }: Measure): { length: number; parts: Triple } {
  const parts = [0, 1, 2].map((axis) => Math.abs(to[axis]! - from[axis]!)) as Triple;
  return { length: Math.hypot(...parts), parts };
}

export class Measures {
  readonly all: Measure[] = [];
  private first: Triple | null = null;
  private readonly group = new THREE.Group();
  private readonly labels = make("div", { class: "measures" });
  private readonly material = new THREE.LineBasicMaterial({ color: 0xe6007e, depthTest: false, transparent: true });

  constructor(parent: THREE.Object3D, overlay: HTMLElement, private readonly locale: () => string) {
    parent.add(this.group);
    overlay.append(this.labels);
  }

  /** Takes a point; the second one completes a measure. Returns the measure when it is complete. */
  point(at: Triple): Measure | null {
    if (!this.first) {
      this.first = at;
      return null;
    }
    const measure = { from: this.first, to: at };
    this.first = null;
    this.all.push(measure);
    const geometry = new THREE.BufferGeometry().setFromPoints([
      new THREE.Vector3(...measure.from), new THREE.Vector3(...measure.to),
    ]);
    const line = new THREE.Line(geometry, this.material);
    line.renderOrder = 20;
    this.group.add(line);
    this.labels.append(make("div", { class: "measure" }, this.text(measure)));
    return measure;
  }

  get started(): boolean {
    return this.first !== null;
  }

  text(measure: Measure): string {
    const { length, parts } = lengthOf(measure);
    const number = new Intl.NumberFormat(this.locale(), { minimumFractionDigits: 3, maximumFractionDigits: 3 });
    const names = ["x", "y", "z"];
    return `${number.format(length)} m  (${parts.map((part, i) => `${names[i]} ${number.format(part)}`).join("  ")})`;
  }

  clear(): void {
    this.first = null;
    this.all.length = 0;
    this.group.children.forEach((line) => (line as THREE.Line).geometry.dispose());
    this.group.clear();
    this.labels.replaceChildren();
  }

  place(project: (at: Triple) => { x: number; y: number; seen: boolean }): void {
    this.all.forEach(({ from, to }, i) => {
      const label = this.labels.children[i] as HTMLElement;
      const { x, y, seen } = project([(from[0] + to[0]) / 2, (from[1] + to[1]) / 2, (from[2] + to[2]) / 2]);
      label.style.display = seen ? "" : "none";
      label.style.transform = `translate(${x}px,${y}px) translate(-50%,-130%)`;
    });
  }
}
