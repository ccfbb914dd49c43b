/** Devices and NCRs as signs over the picture, zones as prisms in it. */

import * as THREE from "three";
import { make } from "./dom.ts";
import type { Marker, Prism, Triple } from "./types.ts";

const TONES: Record<Marker["tone"], number> = {
  good: 0x1d7047, wait: 0xb07a00, bad: 0xb0271c, alarm: 0x8e1010, mute: 0x7d8c96,
};

export class Signs {
  private readonly layer = make("div", { class: "signs" });
  private readonly group = new THREE.Group();
  private places: { sign: HTMLElement; at: Triple }[] = [];
  private shown = "";

  constructor(parent: THREE.Object3D, overlay: HTMLElement, private readonly pressed: (marker: Marker) => void) {
    parent.add(this.group);
    overlay.append(this.layer);
  }

  /** Shows markers and prisms (project coordinates); the same ones again change nothing.
   *
   * `topOf` says where the top of a marker's elements is, relative to the origin; null where nothing is drawn.
   */
  show(markers: Marker[], prisms: Prism[], origin: Triple, topOf: (ids: string[]) => Triple | null): boolean {
    const wanted = JSON.stringify([markers, prisms, origin]);
    if (wanted === this.shown) return false;
    this.shown = wanted;
    this.places = markers.flatMap((marker) => {
      const at = marker.at ? (marker.at.map((value, axis) => value - origin[axis]!) as Triple) : topOf(marker.elements);
      if (!at) return [];
      const sign = make("button", {
        type: "button", class: `sign ${marker.kind} ${marker.tone}`, "aria-label": marker.says, title: marker.says,
        "data-id": marker.id, click: () => this.pressed(marker),
      }, make("i"), make("span", {}, marker.label), ...(marker.value ? [make("b", {}, marker.value)] : []));
      return [{ sign, at }];
    });
    this.layer.replaceChildren(...this.places.map(({ sign }) => sign));
    this.clearPrisms();
    prisms.forEach((prism) => this.group.add(...prismOf(prism, origin)));
    return true;
  }

  set visible(on: boolean) {
    this.layer.hidden = !on;
    this.group.visible = on;
  }

  place(project: (at: Triple) => { x: number; y: number; seen: boolean }): void {
    for (const { sign, at } of this.places) {
      const { x, y, seen } = project(at);
      sign.style.display = seen ? "" : "none";
      sign.style.transform = `translate(${x}px,${y}px) translate(-9px,-100%)`;
    }
  }

  private clearPrisms(): void {
    for (const child of this.group.children) {
      const drawn = child as THREE.Mesh;
      drawn.geometry.dispose();
      (drawn.material as THREE.Material).dispose();
    }
    this.group.clear();
  }
}

function prismOf(prism: Prism, origin: Triple): THREE.Object3D[] {
  const outline = new THREE.Shape(prism.ring.map(([x, y]) => new THREE.Vector2(x - origin[0], y - origin[1])));
  const height = Math.max(prism.high - prism.low, 0.02);
  const body = new THREE.ExtrudeGeometry(outline, { depth: height, bevelEnabled: false });
  body.translate(0, 0, prism.low - origin[2]);
  const color = TONES[prism.tone];
  const mesh = new THREE.Mesh(body, new THREE.MeshBasicMaterial({
    color, transparent: true, opacity: prism.tone === "mute" ? 0.03 : 0.14, depthWrite: false, side: THREE.DoubleSide,
  }));
  mesh.renderOrder = 8;
  const lines = new THREE.LineSegments(new THREE.EdgesGeometry(body, 30), new THREE.LineBasicMaterial({
    color, transparent: true, opacity: prism.tone === "mute" ? 0.3 : 0.8,
  }));
  lines.renderOrder = 9;
  return [mesh, lines];
}
