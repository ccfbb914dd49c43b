/** Small helpers for markup; text always goes in as text. */

type Attributes = Record<string, string | number | boolean | EventListener | undefined>;

export function make<K extends keyof HTMLElementTagNameMap>(
  name: K, attributes: Attributes = {}, ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key, value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== undefined && value !== false) element.setAttribute(key, String(value));
  }
  element.append(...children);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

const SIGNS: Record<string, string> = {
  fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5M9 9h6v6H9z",
  hide: "M3 3l18 18M10.6 6.2A9.8 9.8 0 0 1 12 6c5 0 8.500 4 9.500 6a14 14 0 0 1-2.700 3.500M6.200 7.500A14 14 0 0 0 2.500 12c1 2 4.500 6 9.500 6 1.600 0 3-.4 4.200-1",
  isolate: "M12 8l4 2.200v4.600L12 17l-4-2.200v-4.600zM3 7V3h4M17 3h4v4M21 17v4h-4M7 21H3v-4",
  ghost: "M12 3l8 4.500v9L12 21l-8-4.500v-9zM4 7.500l8 4.500 8-4.500M12 12v9",
  all: "M2.500 12c1-2 4.500-6 9.500-6s8.500 4 9.500 6c-1 2-4.500 6-9.500 6s-8.500-4-9.500-6zM12 9.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5z",
  section: "M4 8l8-4 8 4v9l-8 4-8-4zM2 15L22 9",
  measure: "M3 16L16 3l5 5L8 21zM7 12l2 2M10 9l2 2M13 6l2 2",
  time: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3.500 2",
  snapshot: "M4 8h3l2-3h6l2 3h3v11H4zM12 10a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7z",
  viewpoint: "M5 4h14v16l-7-4-7 4z",
  link: "M10 14a4 4 0 0 0 5.700 0l3-3a4 4 0 0 0-5.700-5.700l-1 1M14 10a4 4 0 0 0-5.700 0l-3 3a4 4 0 0 0 5.700 5.700l1-1",
  play: "M7 4l13 8-13 8z",
  pause: "M8 4v16M16 4v16",
  close: "M5 5l14 14M19 5L5 19",
};

export function sign(name: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SIGNS[name] ?? "");
  svg.append(path);
  return svg;
}

export function button(name: string, says: string, press: () => void): HTMLButtonElement {
  return make("button", { type: "button", title: says, "aria-label": says, "data-do": name, click: press }, sign(name));
}

export function choice(
  says: string, options: [string, string][], chosen: (value: string) => void,
): HTMLSelectElement {
  const select = make("select", { "aria-label": says, title: says },
    ...options.map(([value, label]) => make("option", { value }, label)));
  select.addEventListener("change", () => chosen(select.value));
  return select;
}
