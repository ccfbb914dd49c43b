// A plan to tap on: outlines in, the GlobalId of what was tapped out. Works by touch, mouse and keyboard.
const SPACE = "http://www.w3.org/2000/svg";
const REACH = [0, 6, 12, 18];
const MOST = 12;

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".storey-plan");
  const [left, top, width, height] = data.view;
  const kept = parentElement.storeyPlan;
  const view = kept && kept.name === data.name ? kept : { name: data.name, zoom: 1, x: left + width / 2, y: top + height / 2 };
  parentElement.storeyPlan = view;

  const svg = document.createElementNS(SPACE, "svg");
  svg.setAttribute("role", "group");
  svg.setAttribute("aria-label", data.label);
  svg.style.aspectRatio = `${width} / ${height}`;
  for (const shape of data.shapes) {
    const path = document.createElementNS(SPACE, "path");
    path.setAttribute("d", shape.d);
    path.setAttribute("fill", shape.color);
    path.setAttribute("class", [shape.grave ? "grave" : "", shape.box ? "box" : "", shape.id === data.selected ? "chosen" : ""].join(" ").trim());
    path.setAttribute("tabindex", "0");
    path.setAttribute("role", "button");
    path.setAttribute("aria-label", shape.label);
    path.setAttribute("aria-pressed", String(shape.id === data.selected));
    path.dataset.id = shape.id;
    const title = document.createElementNS(SPACE, "title");
    title.textContent = shape.label;
    path.append(title);
    svg.append(path);
    if (shape.id === data.selected) queueMicrotask(() => svg.append(path));
  }

  function framed() {
    const [w, h] = [width / view.zoom, height / view.zoom];
    view.x = Math.min(Math.max(view.x, left + w / 2), left + width - w / 2);
    view.y = Math.min(Math.max(view.y, top + h / 2), top + height - h / 2);
    svg.setAttribute("viewBox", `${view.x - w / 2} ${view.y - h / 2} ${w} ${h}`);
    // At rest a finger scrolls the page; come closer, and it moves the plan.
    svg.style.touchAction = view.zoom > 1 ? "none" : "pan-y";
  }
  function nearer(factor) {
    view.zoom = Math.min(Math.max(view.zoom * factor, 1), MOST);
    framed();
  }
  // A finger is broader than a pipe: what lies nearest around the touch is meant.
  function under(x, y) {
    const scope = svg.getRootNode();
    for (const reach of REACH)
      for (let turn = 0; turn < (reach ? 8 : 1); turn++) {
        const angle = (turn * Math.PI) / 4;
        const hit = scope.elementFromPoint(x + reach * Math.cos(angle), y + reach * Math.sin(angle));
        if (hit && hit.dataset && hit.dataset.id && svg.contains(hit)) return hit.dataset.id;
      }
    return null;
  }

  let pressed = null;
  svg.addEventListener("pointerdown", (event) => {
    pressed = { x: event.clientX, y: event.clientY, at: [view.x, view.y], moved: false };
  });
  svg.addEventListener("pointermove", (event) => {
    if (!pressed) return;
    const [dx, dy] = [event.clientX - pressed.x, event.clientY - pressed.y];
    if (Math.hypot(dx, dy) > 8) pressed.moved = true;
    if (!pressed.moved || view.zoom <= 1) return;
    const metres = width / view.zoom / svg.clientWidth;
    [view.x, view.y] = [pressed.at[0] - dx * metres, pressed.at[1] - dy * metres];
    framed();
  });
  svg.addEventListener("pointerup", (event) => {
    const tapped = pressed && !pressed.moved;
    pressed = null;
    const id = tapped && under(event.clientX, event.clientY);
    if (id) setTriggerValue("picked", { id });
  });
  svg.addEventListener("pointercancel", () => { pressed = null; });
  svg.addEventListener("keydown", (event) => {
    const id = event.target.dataset && event.target.dataset.id;
    if (id && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      setTriggerValue("picked", { id });
    }
  });

  const tools = document.createElement("div");
  tools.className = "tools";
  for (const [sign, word, factor] of [["+", data.words.closer, 1.6], ["−", data.words.away, 1 / 1.6], ["⤢", data.words.fit, 0]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = sign;
    button.setAttribute("aria-label", word);
    button.title = word;
    button.addEventListener("click", () => nearer(factor || 0.001));
    tools.append(button);
  }
  root.replaceChildren(svg, tools);
  framed();
}
