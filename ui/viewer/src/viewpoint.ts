/** Viewpoints as the BCF API writes them (project coordinates in metres), from and to what is on the screen. */

import type { Plane } from "./section.ts";
import type { Point, Triple, Viewpoint } from "./types.ts";

export interface View {
  eye: Triple;
  target: Triple;
  up: Triple;
  /** Vertical angle [degrees]. */
  angle: number;
  aspect: number;
  /** Relative to the scene's origin, like eye and target. */
  planes: Plane[];
  selected: string[];
  hidden: string[];
  /** When set, only these are shown. */
  only: string[] | null;
}

const point = (at: Triple, origin: Triple = [0, 0, 0]): Point => ({
  x: round(at[0] + origin[0]), y: round(at[1] + origin[1]), z: round(at[2] + origin[2]),
});
const triple = (at: Point, origin: Triple = [0, 0, 0]): Triple => [at.x - origin[0], at.y - origin[1], at.z - origin[2]];
const round = (value: number): number => Math.round(value * 1e6) / 1e6;
/** GlobalIds alone: what tells doubled ones apart is ours. */
const guid = (id: string): { ifc_guid: string } => ({ ifc_guid: id.split("~")[0]! });

export function toViewpoint(view: View, origin: Triple): Viewpoint {
  const along = unit([view.target[0] - view.eye[0], view.target[1] - view.eye[1], view.target[2] - view.eye[2]]);
  return {
    perspective_camera: {
      camera_view_point: point(view.eye, origin),
      camera_direction: point(along),
      camera_up_vector: point(view.up),
      field_of_view: round(view.angle),
      aspect_ratio: round(view.aspect),
    },
    // A BCF plane points at what is cut away; ours at what stays.
    clipping_planes: view.planes.map(({ n, d }) => ({
      location: point([-n[0] * d, -n[1] * d, -n[2] * d], origin),
      direction: point([-n[0], -n[1], -n[2]]),
    })),
    components: {
      selection: view.selected.map(guid),
      visibility: view.only
        ? { default_visibility: false, exceptions: view.only.map(guid) }
        : { default_visibility: true, exceptions: view.hidden.map(guid) },
    },
  };
}

/** The view a viewpoint asks for; `distance` is how far ahead to put the turning point [m]. */
export function fromViewpoint(viewpoint: Viewpoint, origin: Triple, distance: number): View {
  const camera = viewpoint.perspective_camera ?? viewpoint.orthogonal_camera;
  const eye = camera ? triple(camera.camera_view_point, origin) : ([0, 0, 0] as Triple);
  const along = camera ? unit(triple(camera.camera_direction)) : ([0, 1, 0] as Triple);
  const visibility = viewpoint.components?.visibility;
  const exceptions = (visibility?.exceptions ?? []).map((item) => item.ifc_guid);
  const shown = visibility?.default_visibility ?? true;
  return {
    eye,
    target: [eye[0] + along[0] * distance, eye[1] + along[1] * distance, eye[2] + along[2] * distance],
    up: camera ? triple(camera.camera_up_vector) : [0, 0, 1],
    angle: viewpoint.perspective_camera?.field_of_view ?? 42,
    aspect: camera?.aspect_ratio ?? 1,
    planes: (viewpoint.clipping_planes ?? []).map(({ location, direction }) => {
      const n = unit(triple(direction)).map((value) => -value) as Triple;
      const at = triple(location, origin);
      return { n, d: -(n[0] * at[0] + n[1] * at[1] + n[2] * at[2]) };
    }),
    selected: (viewpoint.components?.selection ?? []).map((item) => item.ifc_guid),
    hidden: shown ? exceptions : [],
    only: shown ? null : exceptions,
  };
}

function unit(v: Triple): Triple {
  const size = Math.hypot(...v) || 1;
  return [v[0] / size, v[1] / size, v[2] / size];
}
