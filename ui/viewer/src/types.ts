/** What the server hands to the viewer; lists of a scene run over its elements in the order of drawing. */

export type Triple = [number, number, number];
export type Box = [number, number, number, number, number, number];

export interface Chunk {
  file: string;
  bytes: number;
  /** Place of its first element among the scene's elements. */
  first: number;
  elements: number;
  vertices: number;
  triangles: number;
  edges: number;
  /** Lower corner relative to the scene's origin, and size of a position step [m]. */
  low: Triple;
  scale: Triple;
}

export interface SceneDoc {
  model: number;
  name: string;
  /** Project coordinates [m] of what the positions are relative to. */
  origin: Triple;
  /** What a first view shows, relative to the origin; null without any shape. */
  frame: Box | null;
  chunks: Chunk[];
  boxes: (Box | null)[];
  ids: string[];
  names: string[];
  wholes: string[];
  classes: string[];
  class: number[];
  storeys: string[];
  storey: number[];
  trade: number[];
  shape: ("mesh" | "failed" | "none")[];
}

export interface AppearanceDoc {
  origin: string;
  codes: Record<string, number[]>;
  /** Whole minutes after `origin`, -1 where unknown. */
  times: Record<string, number[]>;
}

export interface Category {
  code: string;
  label: string;
  color: string;
}

export interface ModelRef {
  id: number;
  name: string;
  scene: string;
  appearance: string;
  /** Files of its first chunks, so that they need not wait for the scene. */
  chunks: string[];
}

export interface Marker {
  id: string;
  kind: "device" | "ncr";
  /** Project coordinates [m]; without them it stands on its elements. */
  at: Triple | null;
  elements: string[];
  label: string;
  value: string;
  tone: "good" | "wait" | "bad" | "alarm" | "mute";
  /** What a screen reader says. */
  says: string;
}

export interface Prism {
  id: string;
  label: string;
  ring: [number, number][];
  low: number;
  high: number;
  tone: Marker["tone"];
}

export interface Viewpoint {
  perspective_camera?: {
    camera_view_point: Point;
    camera_direction: Point;
    camera_up_vector: Point;
    field_of_view: number;
    aspect_ratio: number;
  };
  orthogonal_camera?: {
    camera_view_point: Point;
    camera_direction: Point;
    camera_up_vector: Point;
    view_to_world_scale: number;
    aspect_ratio: number;
  };
  clipping_planes?: { location: Point; direction: Point }[];
  components?: {
    selection?: { ifc_guid: string }[];
    visibility?: { default_visibility?: boolean; exceptions?: { ifc_guid: string }[] };
  };
  snapshot?: { snapshot_type: "png"; snapshot_data: string };
}

export interface Point {
  x: number;
  y: number;
  z: number;
}

export interface ViewerData {
  models: ModelRef[];
  palettes: Record<string, Category[]>;
  words: Record<string, string>;
  selected: string[];
  /** Grows when Python wants the selection to be walked to, or else the focus (project coordinates [m]). */
  walk: number;
  focus: Triple | null;
  markers: Marker[];
  prisms: Prism[];
  /** A viewpoint to take up, with a number that grows with each. */
  viewpoint: { turn: number; view: Viewpoint } | null;
  /** The project's present, ISO 8601. */
  as_of: string;
  zone: string;
  locale: string;
  geometry: string;
}

export type Picked = { id: string; ids: string[]; turn: number };
