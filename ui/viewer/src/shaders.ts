/** One program for everything that is drawn of a model; the texel of an element says how it looks.
 *
 * Alpha of a texel: 0xc0 solid, 0x40 ghost, below 0x20 hidden; 0x20 is added for what is selected.
 * `CUT` is defined as the number of section planes while there are any: a shader that may discard draws at
 * half the speed, because depth is then known only after it has run.
 * `DOT` draws a point as big as the box between `corner` and `far` looks from the eye.
 */

export const WIDTH = 1024;
export const PLANES = 12;

const COMMON = `
precision highp float; precision highp int; precision highp sampler2D;
uniform sampler2D uLook; uniform float uBase; uniform int uPass;
uniform vec4 uPlanes[${PLANES}]; uniform vec3 uSelected; uniform vec3 uLine; uniform vec3 uCut;
`;

export const VERTEX = `${COMMON}
in vec4 corner;
uniform mat4 modelMatrix, viewMatrix, modelViewMatrix, projectionMatrix;
flat out vec4 vLook; flat out int vId; out vec3 vView;
#ifdef CUT
out vec3 vWorld;
#endif
#ifdef DOT
in vec4 far; uniform float uHalf;
#endif
void main() {
  int id = int(uBase + corner.w + .5);
  vec4 look = texelFetch(uLook, ivec2(id % ${WIDTH}, id / ${WIDTH}), 0);
  float alpha = floor(look.a * 255. + .5);
  bool solid = alpha >= 192., ghost = !solid && alpha >= 64.;
  // Colours are mixed and lit as light: squares on the way in, a root on the way out.
  vLook = vec4(look.rgb * look.rgb, mod(alpha, 64.) >= 32. ? 1. : 0.); vId = id;
  if (vLook.a > .5) vLook.rgb = mix(vLook.rgb, uSelected * uSelected, .78);
  vec4 at = vec4(corner.xyz, 1.);
#ifdef DOT
  at.xyz = mix(corner.xyz, far.xyz, .5);
#endif
#ifdef CUT
  vWorld = (modelMatrix * at).xyz;
#endif
  vec4 seen = modelViewMatrix * at;
  vView = seen.xyz;
  gl_Position = projectionMatrix * seen;
#ifdef DOT
  vec3 size = abs(mat3(modelMatrix) * (far.xyz - corner.xyz)), along = abs(normalize(seen.xyz) * mat3(viewMatrix));
  float area = dot(along, size.yzx * size.zxy);
  gl_PointSize = max(1., sqrt(area) * projectionMatrix[1][1] * uHalf / gl_Position.w);
#endif
  if (uPass == 0 ? !solid : !ghost) gl_Position = vec4(2., 2., 2., 1.);
}`;

const FRAGMENT = `${COMMON}
flat in vec4 vLook; flat in int vId; in vec3 vView; out vec4 color;
#ifdef CUT
in vec3 vWorld;
void clipped() {
  for (int i = 0; i < CUT; i++) if (dot(uPlanes[i].xyz, vWorld) + uPlanes[i].w < 0.) discard;
}
#else
void clipped() {}
#endif
`;

export const SURFACE = `${FRAGMENT}
const vec3 SUN = vec3(.3764, .5448, .7330);
void main() {
  clipped();
#ifdef DOT
  vec3 n = vec3(0., .6, .8);
#else
  vec3 n = normalize(cross(dFdx(vView), dFdy(vView)));
#endif
  float light = .515 + .381 * max(0., dot(n, SUN)) + .224 * max(0., n.z);
  vec3 shown = vLook.rgb * light;
  if (!gl_FrontFacing) shown = mix(vLook.rgb, uCut * uCut, .35) * .62;
  float alpha = uPass == 1 ? (vLook.a > .5 ? .5 : .13) : 1.;
  color = vec4(sqrt(shown), alpha);
}`;

export const LINES = `${FRAGMENT}
void main() {
  clipped();
  color = vec4(vLook.a > .5 ? uSelected * .6 : uLine, uPass == 1 ? .10 : .5);
}`;

/** Writes place + 1 of an element as a colour, so that 0 is nothing. */
export const PICK = `${FRAGMENT}
void main() {
  clipped();
  int id = vId + 1;
  color = vec4(float(id & 255), float((id >> 8) & 255), float((id >> 16) & 255), 255.) / 255.;
}`;

/** A finished picture onto the canvas. */
export const COPY_VERTEX = `
precision highp float;
in vec3 position; out vec2 at;
void main() { at = position.xy * .5 + .5; gl_Position = vec4(position.xy, 0., 1.); }`;
export const COPY = `
precision highp float; precision highp sampler2D;
uniform sampler2D uPicture; in vec2 at; out vec4 color;
void main() { color = texture(uPicture, at); }`;
