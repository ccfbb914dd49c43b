/** Camera: presets, framing, walking to something, and what of it goes into an address. */

import * as THREE from "three";
import { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";
import type { Box, Triple } from "./types.ts";

export const PRESETS: Record<string, Triple> = {
  iso: [-0.8, -1, 0.72],
  top: [0, -0.0001, 1],
  front: [0, -1, 0.06],
  back: [0, 1, 0.06],
  left: [-1, 0, 0.06],
  right: [1, 0, 0.06],
};

const WALK_MS = 420;
const MARGIN = 1.12;

export class Eye {
  readonly camera = new THREE.PerspectiveCamera(42, 1, 0.1, 5000);
  readonly controls: OrbitControls;
  private walking = 0;

  constructor(canvas: HTMLCanvasElement, private readonly changed: () => void, private readonly still: () => boolean) {
    this.camera.up.set(0, 0, 1);
    this.controls = new OrbitControls(this.camera, canvas);
    this.controls.zoomToCursor = true;
    this.controls.addEventListener("change", changed);
  }

  resize(width: number, height: number): void {
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
  }

  /** Looks at a box from a direction (default: from where it looks now). */
  frame(box: Box, from?: Triple, at_once = false): void {
    const whole = new THREE.Box3(new THREE.Vector3(...box.slice(0, 3) as Triple), new THREE.Vector3(...box.slice(3) as Triple));
    const middle = whole.getCenter(new THREE.Vector3());
    const radius = Math.max(whole.getSize(new THREE.Vector3()).length() / 2, 0.4);
    const direction = from
      ? new THREE.Vector3(...from).normalize()
      : this.camera.position.clone().sub(this.controls.target).normalize();
    const half = (this.camera.fov * Math.PI) / 360;
    const narrow = Math.min(half, Math.atan(Math.tan(half) * this.camera.aspect));
    const distance = (radius / Math.sin(narrow)) * MARGIN;
    this.walk(middle.clone().addScaledVector(direction, distance), middle, at_once);
  }

  /** How far things may lie: depth is spent where the model is. */
  reach(size: number): void {
    this.camera.near = Math.max(size / 2000, 0.02);
    this.camera.far = size * 30;
    this.camera.updateProjectionMatrix();
  }

  walk(position: THREE.Vector3, target: THREE.Vector3, at_once = false): void {
    cancelAnimationFrame(this.walking);
    const from = this.camera.position.clone(), aim = this.controls.target.clone();
    if (at_once || this.still()) {
      this.set(position, target);
      return;
    }
    const began = performance.now();
    const step = (now: number): void => {
      const share = Math.min((now - began) / WALK_MS, 1);
      const eased = 1 - (1 - share) ** 3;
      this.set(from.clone().lerp(position, eased), aim.clone().lerp(target, eased));
      if (share < 1) this.walking = requestAnimationFrame(step);
    };
    this.walking = requestAnimationFrame(step);
  }

  set(position: THREE.Vector3, target: THREE.Vector3): void {
    this.camera.position.copy(position);
    this.controls.target.copy(target);
    this.controls.update();
    this.camera.updateMatrixWorld();
    this.changed();
  }

  /** Turns by angles [rad], or moves closer by a factor: what the keyboard does. */
  orbit(turn: number, tilt: number, closer = 1): void {
    const offset = this.camera.position.clone().sub(this.controls.target);
    const sphere = new THREE.Spherical().setFromVector3(new THREE.Vector3(offset.x, offset.z, -offset.y));
    sphere.theta += turn;
    sphere.phi = Math.min(Math.max(sphere.phi + tilt, 0.01), Math.PI - 0.01);
    sphere.radius /= closer;
    const moved = new THREE.Vector3().setFromSpherical(sphere);
    this.set(this.controls.target.clone().add(new THREE.Vector3(moved.x, -moved.z, moved.y)), this.controls.target);
  }

  pan(right: number, up: number): void {
    const size = this.camera.position.distanceTo(this.controls.target);
    const x = new THREE.Vector3().setFromMatrixColumn(this.camera.matrix, 0).multiplyScalar(right * size);
    const y = new THREE.Vector3().setFromMatrixColumn(this.camera.matrix, 1).multiplyScalar(up * size);
    const by = x.add(y);
    this.set(this.camera.position.clone().add(by), this.controls.target.clone().add(by));
  }

  /** Origin and direction of the ray through a pixel. */
  ray(x: number, y: number, width: number, height: number): { from: Triple; along: Triple } {
    const point = new THREE.Vector3((x / width) * 2 - 1, -(y / height) * 2 + 1, 0.5).unproject(this.camera);
    const along = point.sub(this.camera.position).normalize();
    return { from: this.camera.position.toArray() as Triple, along: along.toArray() as Triple };
  }

  dispose(): void {
    cancelAnimationFrame(this.walking);
    this.controls.dispose();
  }
}
