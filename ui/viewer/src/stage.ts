/** The WebGL side: meshes, passes, picking. Draws only when something has changed. */

import * as THREE from "three";
import type { ChunkData } from "./decode.ts";
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

interface Part {
  objects: THREE.Object3D[];
  geometries: THREE.BufferGeometry[];
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
  private readonly parts: Part[] = [];
  private textures: THREE.DataTexture[] = [];
  private looks: Looks[] = [];
  private readonly uniforms: Record<string, THREE.IUniform>;
  private readonly materials: Record<string, THREE.RawShaderMaterial>;

  constructor(readonly canvas: HTMLCanvasElement, colors: StageColors, camera: THREE.PerspectiveCamera) {
    this.camera = camera;
    this.renderer = new THREE.WebGLRenderer({ canvas, antialias: false, alpha: true });
    this.renderer.setPixelRatio(Math.min(devicePixelRatio, 2));
    this.renderer.outputColorSpace = THREE.LinearSRGBColorSpace;
    this.renderer.autoClear = false;
    this.renderer.setClearColor(0x000000, 0);
    this.uniforms = {
      uLook: { value: null },
      uPlanes: { value: Array.from({ length: PLANES }, () => new THREE.Vector4(0, 0, 0, 1)) },
      uSelected: { value: new THREE.Vector3() },
      uLine: { value: new THREE.Vector3() },
      uCut: { value: new THREE.Vector3() },
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
    };
    this.copy = new THREE.Mesh(new THREE.PlaneGeometry(2, 2), new THREE.RawShaderMaterial({
      glslVersion: THREE.GLSL3, vertexShader: COPY_VERTEX, fragmentShader: COPY, depthTest: false, depthWrite: false,
      blending: THREE.NoBlending, uniforms: { uPicture: { value: this.smooth.texture } },
    }));
    this.copy.frustumCulled = false;
    this.surfaces.renderOrder = 0;
    this.scene.add(this.surfaces, this.lines, this.ghosts, this.extras);
    this.ghosts.visible = false;
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
    this.ghosts.visible = ghosts;
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
      material.defines = count ? { CUT: count } : {};
      material.needsUpdate = true;
    }
  }

  /** Adds a chunk; `base` is the place of its first element among all, `offset` that of its scene [m]. */
  add(data: ChunkData, chunk: Chunk, base: number, offset: Triple): void {
    const corner = new THREE.BufferAttribute(data.corners, 4);
    const matrix = new THREE.Matrix4()
      .makeTranslation(chunk.low[0] + offset[0], chunk.low[1] + offset[1], chunk.low[2] + offset[2])
      .multiply(new THREE.Matrix4().makeScale(...chunk.scale));
    const part: Part = { objects: [], geometries: [] };
    const shape = (index: Uint16Array | Uint32Array): THREE.BufferGeometry => {
      const geometry = new THREE.BufferGeometry();
      geometry.setAttribute("corner", corner);
      geometry.setIndex(new THREE.BufferAttribute(index, 1));
      geometry.boundingSphere = new THREE.Sphere(
        new THREE.Vector3(MIDDLE, MIDDLE, MIDDLE), MIDDLE * Math.sqrt(3),
      );
      part.geometries.push(geometry);
      return geometry;
    };
    const place = (object: THREE.Mesh | THREE.LineSegments, parent: THREE.Object3D, order: number): void => {
      object.matrixAutoUpdate = false;
      object.matrix.copy(matrix);
      object.renderOrder = order;
      object.onBeforeRender = (_renderer, _scene, _camera, _geometry, material) => {
        const shader = material as THREE.RawShaderMaterial;
        shader.uniforms["uBase"]!.value = base;
        shader.uniformsNeedUpdate = true;
      };
      parent.add(object);
      part.objects.push(object);
    };
    const faces = shape(data.triangles);
    place(new THREE.Mesh(faces, this.materials["surface"]!), this.surfaces, 0);
    place(new THREE.Mesh(faces, this.materials["ghost"]!), this.ghosts, 4);
    place(new THREE.Mesh(faces, this.materials["pick"]!), this.pickScene, 0);
    if (data.edges.length) {
      const edges = shape(data.edges);
      place(new THREE.LineSegments(edges, this.materials["lines"]!), this.lines, 2);
      place(new THREE.LineSegments(edges, this.materials["ghostLines"]!), this.ghosts, 5);
    }
    this.parts.push(part);
  }

  /** Lets the driver translate the programs while shapes are on their way. */
  warmUp(): void {
    this.setLooks([new Looks(1)]);
    const corners = new Uint16Array(12), index = new Uint16Array(3);
    const chunk = { file: "", bytes: 0, first: 0, elements: 1, vertices: 3, triangles: 1, edges: 0, low: ZERO, scale: ZERO };
    this.add({ corners, triangles: index, edges: new Uint16Array(0) }, chunk, 0, [0, 0, -1]);
    this.render("draft");
    this.clear();
  }

  clear(): void {
    for (const part of this.parts) {
      part.objects.forEach((object) => object.removeFromParent());
      part.geometries.forEach((geometry) => geometry.dispose());
    }
    this.parts.length = 0;
  }

  resize(width: number, height: number): void {
    this.renderer.setSize(width, height, false);
  }

  /** Draws a frame; with two looks the left half shows the first and the right half the second. */
  render(quality: Quality = "fine"): void {
    const { renderer, camera } = this;
    this.lines.visible = quality !== "draft";
    const target = quality === "fine" ? this.smooth : null;
    const size = renderer.getDrawingBufferSize(new THREE.Vector2());
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
