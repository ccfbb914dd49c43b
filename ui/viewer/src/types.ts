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

/** Columns are little-endian arrays in base64, lists of words one text with a line each. */
export interface SceneDoc {
  model: number;
  name: string;
  /** Project coordinates [m] of what the positions are relative to. */
  origin: Triple;
  /** What a first view shows, relative to the origin; null without any shape. */
  frame: Box | null;
  chunks: Chunk[];
  ids: string;
  /** Id of what each element is a part of; empty where none is. */
  wholes: string;
  storeys: string[];
  /** uint16: 0 none, else place among the storeys + 1. */
  storey: string;
  trade: string;
  /** uint8: 0 none, 1 mesh, 2 failed. */
  shape: string;
  /** Boxes of elements without a mesh, by their place. */
  boxes: Record<string, Box>;
}

export interface AppearanceDoc {
  origin: string;
  /** uint8 each. */
  codes: Record<string, string>;
  /** int32 each: whole minutes after `origin`, -1 where unknown. */
  times: Record<string, string>;
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
