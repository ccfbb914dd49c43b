/** The WebGL side: meshes, passes, picking. Draws only when something has changed. */

import * as THREE from "three";
import { extentsOf, type ChunkData, type Extents, type Index } from "./decode.ts";
import { DOT_PX, split } from "./dots.ts";
import type { Quality } from "./frames.ts";
import { COPY, COPY_VERTEX, LINES, PICK, PLANES, SURFACE, VERTEX, WIDTH } from "./shaders.ts";
import { NO_CUT, type Plane } from "./section.ts";
import { Looks } from "./looks.ts";
import type { Chunk, Triple } from "./types.ts";

const MIDDLE = 32767.5;
const SAMPLES = 4;
const ZERO: Triple = [0, 0, 0];

export interface StageColors {
  selected: string;
  line: string;
  cut: string;
}

/** A finer split of a chunk is made where its elements look so much bigger or smaller than when it was split. */
const RESPLIT = 1.5;

type Drawn = THREE.Mesh | THREE.LineSegments | THREE.Points;

/** A chunk: how it is drawn in whole, and as a draft; both are made when first drawn. */
interface Part {
  data: ChunkData;
  chunk: Chunk;
  base: number;
  matrix: THREE.Matrix4;
  /** Around its elements [m]. */
  box: THREE.Box3;
  corner: THREE.BufferAttribute;
  /** Ends of its elements' boxes. */
  ends: Record<"corner" | "far", THREE.BufferAttribute> | null;
  whole: Drawn[];
  draft: Drawn[];
  extents: Extents;
  /** Longest element that is a dot [m]; 0 before it is split. */
  short: number;
}

export class Stage {
  readonly renderer: THREE.WebGLRenderer;
  readonly scene = new THREE.Scene();
  /** Lines of measures, prisms of zones: drawn with the scene, never picked. */
  readonly extras = new THREE.Group();
  camera: THREE.PerspectiveCamera | THREE.OrthographicCamera;
  private readonly pickScene = new THREE.Scene();
  private readonly pickTarget = new THREE.WebGLRenderTarget(1, 1);
  /** A smoothed picture is drawn here and copied: the canvas itself stays cheap to draw on. */
  private readonly smooth = new THREE.WebGLRenderTarget(1, 1, { samples: SAMPLES });
  private readonly copy: THREE.Mesh<THREE.PlaneGeometry, THREE.RawShaderMaterial>;
  private readonly surfaces = new THREE.Group();
  private readonly lines = new THREE.Group();
  private readonly ghosts = new THREE.Group();
  private readonly drafts = new THREE.Group();
  private readonly draftGhosts = new THREE.Group();
  private anyGhosts = false;
  private readonly parts: Part[] = [];
  private textures: THREE.DataTexture[] = [];
  private looks: Looks[] = [];
  private readonly uniforms: Record<string, THREE.IUniform>;
  private readonly materials: Record<string, THREE.RawShaderMaterial>;

  constructor(readonly canvas: HTMLCanvasElement, colors: StageColors, camera: THREE.PerspectiveCamera) {
    this.camera = camera;
    const ratio = Math.min(devicePixelRatio, 2);
    // A drawing buffer is expensive to change: it has its size from the start.
    canvas.width = canvas.clientWidth * ratio;
    canvas.height = canvas.clientHeight * ratio;
    this.renderer = new THREE.WebGLRenderer({ canvas, antialias: false, alpha: true });
    if (ratio !== 1) this.renderer.setPixelRatio(ratio);
    this.renderer.outputColorSpace = THREE.LinearSRGBColorSpace;
    this.renderer.autoClear = false;
    this.renderer.setClearColor(0x000000, 0);
    this.uniforms = {
      uLook: { value: null },
      uPlanes: { value: Array.from({ length: PLANES }, () => new THREE.Vector4(0, 0, 0, 1)) },
      uSelected: { value: new THREE.Vector3() },
      uLine: { value: new THREE.Vector3() },
      uCut: { value: new THREE.Vector3() },
      uHalf: { value: 1 },
    };
    this.setColors(colors);
    const behind = { polygonOffset: true, polygonOffsetFactor: 1, polygonOffsetUnits: 1 };
    const sheer = { transparent: true, depthWrite: false };
    this.materials = {
      surface: this.material(SURFACE, 0, behind),
      lines: this.material(LINES, 0, sheer),
      ghost: this.material(SURFACE, 1, sheer),
      ghostLines: this.material(LINES, 1, sheer),
      pick: this.material(PICK, 0, {}),
      dots: this.material(SURFACE, 0, { ...behind, defines: { DOT: "" } }),
      ghostDots: this.material(SURFACE, 1, { ...sheer, defines: { DOT: "" } }),
    };
    this.copy = new THREE.Mesh(new THREE.PlaneGeometry(2, 2), new THREE.RawShaderMaterial({
      glslVersion: THREE.GLSL3, vertexShader: COPY_VERTEX, fragmentShader: COPY, depthTest: false, depthWrite: false,
      blending: THREE.NoBlending, uniforms: { uPicture: { value: this.smooth.texture } },
    }));
    this.copy.frustumCulled = false;
    this.surfaces.renderOrder = 0;
    this.scene.add(this.surfaces, this.lines, this.ghosts, this.drafts, this.draftGhosts, this.extras);
  }

  /** Texture of looks; two of them draw side by side. */
  setLooks(looks: Looks[]): void {
    this.textures.forEach((texture) => texture.dispose());
    this.looks = looks;
    this.textures = looks.map((look) => {
      const texture = new THREE.DataTexture(
        look.bytes, WIDTH, look.height, THREE.RGBAFormat, THREE.UnsignedByteType,
      );
      texture.needsUpdate = true;
      return texture;
    });
    this.uniforms["uLook"]!.value = this.textures[0] ?? null;
  }

  refresh(ghosts: boolean): void {
    this.textures.forEach((texture) => (texture.needsUpdate = true));
    this.anyGhosts = ghosts;
  }

  setColors(colors: StageColors): void {
    for (const [name, color] of [["uSelected", colors.selected], ["uLine", colors.line], ["uCut", colors.cut]] as const) {
      const value = new THREE.Color().setStyle(color, THREE.LinearSRGBColorSpace);
      (this.uniforms[name]!.value as THREE.Vector3).set(value.r, value.g, value.b);
    }
  }

  setPlanes(planes: readonly Plane[]): void {
    const targets = this.uniforms["uPlanes"]!.value as THREE.Vector4[];
    targets.forEach((target, place) => {
      const { n, d } = planes[place] ?? NO_CUT;
      target.set(n[0], n[1], n[2], d);
    });
    const count = Math.min(planes.length, PLANES);
    for (const material of Object.values(this.materials)) {
      if ((material.defines["CUT"] ?? 0) === count) continue;
      delete material.defines["CUT"];
      if (count) material.defines["CUT"] = count;
      material.needsUpdate = true;
    }
  }

  /** Adds a chunk; `base` is the place of its first element among all, `offset` that of its scene [m]. */
  add(data: ChunkData, chunk: Chunk, base: number, offset: Triple): void {
    const matrix = new THREE.Matrix4()
      .makeTranslation(chunk.low[0] + offset[0], chunk.low[1] + offset[1], chunk.low[2] + offset[2])
      .multiply(new THREE.Matrix4().makeScale(...chunk.scale));
    const box = new THREE.Box3(new THREE.Vector3(), new THREE.Vector3().setScalar(2 * MIDDLE)).applyMatrix4(matrix);
    const corner = new THREE.BufferAttribute(data.corners, 4);
    this.parts.push({ data, chunk, base, matrix, box, corner, ends: null, whole: [], draft: [], extents: extentsOf(data.corners, chunk.elements), short: 0 });
  }

  private showWhole(): void {
    for (const part of this.parts) {
      if (part.whole.length) continue;
      const { triangles, edges } = part.data;
      const faces = geometryOf({ corner: part.corner }, triangles);
      part.whole.push(
        this.place(part, new THREE.Mesh(faces, this.materials["surface"]), this.surfaces, 0),
        this.place(part, new THREE.Mesh(faces, this.materials["ghost"]), this.ghosts, 4),
        this.place(part, new THREE.Mesh(faces, this.materials["pick"]), this.pickScene, 0));
      if (!edges.length) continue;
      const lines = geometryOf({ corner: part.corner }, edges);
      part.whole.push(
        this.place(part, new THREE.LineSegments(lines, this.materials["lines"]), this.lines, 2),
        this.place(part, new THREE.LineSegments(lines, this.materials["ghostLines"]), this.ghosts, 5));
    }
  }

  /** Splits anew what looks much bigger or smaller than before. */
  private showDraft(height: number): void {
    for (const part of this.parts) {
      const short = DOT_PX * this.metresPerPixel(part.box, height);
      if (part.short && short < part.short * RESPLIT && short > part.short / RESPLIT) continue;
      part.short = short;
      part.draft = removed(part.draft, [part.corner, ...Object.values(part.ends ?? {})]);
      const found = split(part.data, part.extents, part.chunk.scale, short);
      const triangles = found?.triangles ?? part.data.triangles;
      if (triangles.length) {
        const faces = geometryOf({ corner: found ? new THREE.BufferAttribute(found.corners, 4) : part.corner }, triangles);
        part.draft.push(
          this.place(part, new THREE.Mesh(faces, this.materials["surface"]), this.drafts, 0),
          this.place(part, new THREE.Mesh(faces, this.materials["ghost"]), this.draftGhosts, 4));
      }
      if (!found) continue;
      part.ends ??= { corner: new THREE.BufferAttribute(part.extents.low, 4), far: new THREE.BufferAttribute(part.extents.high, 4) };
      const dots = geometryOf(part.ends, found.dots);
      part.draft.push(
        this.place(part, new THREE.Points(dots, this.materials["dots"]), this.drafts, 1),
        this.place(part, new THREE.Points(dots, this.materials["ghostDots"]), this.draftGhosts, 4));
    }
  }

  /** Length that a pixel shows where a box comes nearest to the eye. */
  private metresPerPixel(box: THREE.Box3, height: number): number {
    const { camera } = this;
    const across = 2 / (camera.projectionMatrix.elements[5]! * height);
    if (camera instanceof THREE.OrthographicCamera) return across;
    return across * Math.max(box.distanceToPoint(camera.position), camera.near);
  }

  private place<T extends Drawn>(part: Part, object: T, parent: THREE.Object3D, order: number): T {
    object.matrixAutoUpdate = false;
    object.matrix.copy(part.matrix);
    object.renderOrder = order;
    object.onBeforeRender = (_renderer, _scene, _camera, _geometry, material) => {
      const shader = material as THREE.RawShaderMaterial;
      shader.uniforms["uBase"]!.value = part.base;
      shader.uniformsNeedUpdate = true;
    };
    parent.add(object);
    return object;
  }

  /** Lets the driver translate the programs of a draft while shapes are on their way. */
  warmUp(): void {
    this.setLooks([new Looks(1)]);
    const corners = Uint16Array.of(0, 0, 0, 0, 9, 9, 9, 1, 9, 9, 9, 1, 9, 9, 9, 1);
    const chunk = { file: "", bytes: 0, first: 0, elements: 2, vertices: 4, triangles: 1, edges: 0, low: ZERO, scale: [1e5, 1e5, 1e5] as Triple };
    this.add({ corners, triangles: Uint16Array.of(1, 2, 3), edges: new Uint16Array(0) }, chunk, 0, ZERO);
    this.render("draft");
    this.clear();
  }

  clear(): void {
    for (const part of this.parts) {
      removed(part.whole);
      removed(part.draft);
    }
    this.parts.length = 0;
  }

  resize(width: number, height: number): void {
    const size = this.renderer.getSize(new THREE.Vector2());
    if (size.x !== width || size.y !== height) this.renderer.setSize(width, height, false);
  }

  /** Draws a frame; with two looks the left half shows the first and the right half the second. */
  render(quality: Quality = "fine"): void {
    const { renderer, camera } = this;
    const isDraft = quality === "draft";
    const size = renderer.getDrawingBufferSize(new THREE.Vector2());
    if (isDraft) this.showDraft(size.y);
    else this.showWhole();
    this.surfaces.visible = this.lines.visible = !isDraft;
    this.drafts.visible = isDraft;
    this.ghosts.visible = !isDraft && this.anyGhosts;
    this.draftGhosts.visible = isDraft && this.anyGhosts;
    this.uniforms["uHalf"]!.value = size.y / 2;
    const target = quality === "fine" ? this.smooth : null;
    if (target) target.setSize(size.x, size.y);
    renderer.setRenderTarget(target);
    this.region(target, 0, size.x, size.y);
    renderer.clear();
    const halves = this.textures.length;
    this.textures.forEach((texture, half) => {
      this.uniforms["uLook"]!.value = texture;
      this.region(target, (size.x / halves) * half, size.x / halves, size.y);
      renderer.render(this.scene, camera);
    });
    if (!halves) renderer.render(this.extras, camera);
    this.region(target, 0, size.x, size.y);
    if (!target) return;
    renderer.setRenderTarget(null);
    this.region(null, 0, size.x, size.y);
    renderer.render(this.copy, camera);
  }

  /** Draws into a part of the picture [device px]. */
  private region(target: THREE.WebGLRenderTarget | null, left: number, width: number, height: number): void {
    if (target) {
      target.viewport.set(left, 0, width, height);
      target.scissor.set(left, 0, width, height);
      target.scissorTest = true;
      this.renderer.setRenderTarget(target);
      return;
    }
    const ratio = this.renderer.getPixelRatio();
    this.renderer.setViewport(left / ratio, 0, width / ratio, height / ratio);
    this.renderer.setScissor(left / ratio, 0, width / ratio, height / ratio);
    this.renderer.setScissorTest(true);
  }

  get halves(): number {
    return Math.max(1, this.looks.length);
  }

  /** Place of the element at a pixel of the canvas [CSS px], -1 where there is none. */
  pick(x: number, y: number, width: number, height: number): number {
    const { renderer, camera } = this;
    this.showWhole();
    const half = Math.max(1, Math.round(width / this.halves));
    const column = Math.floor(x % half), row = height - 1 - Math.floor(y);
    this.uniforms["uLook"]!.value = this.textures[Math.min(this.halves - 1, Math.floor(x / half))] ?? null;
    // The whole picture, but one pixel of it: a frustum of one pixel shows cracks between neighbouring triangles.
    this.pickTarget.setSize(half, height);
    this.pickTarget.scissor.set(column, row, 1, 1);
    this.pickTarget.scissorTest = true;
    renderer.setRenderTarget(this.pickTarget);
    renderer.clear();
    renderer.render(this.pickScene, camera);
    renderer.setRenderTarget(null);
    const texel = new Uint8Array(4);
    renderer.readRenderTargetPixels(this.pickTarget, column, row, 1, 1, texel);
    return (texel[0]! | (texel[1]! << 8) | (texel[2]! << 16)) - 1;
  }

  dispose(): void {
    this.clear();
    this.textures.forEach((texture) => texture.dispose());
    Object.values(this.materials).forEach((material) => material.dispose());
    this.pickTarget.dispose();
    this.smooth.dispose();
    this.copy.geometry.dispose();
    this.copy.material.dispose();
    this.renderer.dispose();
    this.renderer.forceContextLoss();
  }

  private material(fragment: string, pass: number, options: THREE.ShaderMaterialParameters): THREE.RawShaderMaterial {
    return new THREE.RawShaderMaterial({
      glslVersion: THREE.GLSL3,
      vertexShader: VERTEX,
      fragmentShader: fragment,
      side: THREE.DoubleSide,
      defines: {},
      uniforms: { ...this.uniforms, uPass: { value: pass }, uBase: { value: 0 } },
      ...options,
    });
  }
}

function geometryOf(attributes: Record<string, THREE.BufferAttribute>, index: Index): THREE.BufferGeometry {
  const geometry = new THREE.BufferGeometry();
  for (const [name, attribute] of Object.entries(attributes)) geometry.setAttribute(name, attribute);
  geometry.setIndex(new THREE.BufferAttribute(index, 1));
  geometry.boundingSphere = new THREE.Sphere(new THREE.Vector3(MIDDLE, MIDDLE, MIDDLE), MIDDLE * Math.sqrt(3));
  return geometry;
}

/** Takes objects off the stage, and off the graphics card what they do not share. */
function removed(objects: Drawn[], shared: THREE.BufferAttribute[] = []): Drawn[] {
  for (const object of objects) {
    object.removeFromParent();
    for (const [name, attribute] of Object.entries(object.geometry.attributes)) {
      if (shared.includes(attribute as THREE.BufferAttribute)) object.geometry.deleteAttribute(name);
    }
    object.geometry.dispose();
  }
  return [];
}
