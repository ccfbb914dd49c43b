// Drafts written on site: kept in the browser until the server has taken them, photos included.
"use strict";
const words = JSON.parse(document.getElementById("words").textContent);
const $ = (id) => document.getElementById(id);
const form = $("draft");
let known = JSON.parse(localStorage.getItem("field-known") || "null");
let busy = false;

// ---- what is kept in the browser ----
const opened = new Promise((resolve, reject) => {
  const request = indexedDB.open("bim-supervise-field", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("drafts", { keyPath: "id" });
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
async function store(mode, act) {
  const database = await opened;
  return new Promise((resolve, reject) => {
    const transaction = database.transaction("drafts", mode);
    const request = act(transaction.objectStore("drafts"));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = () => reject(transaction.error);
  });
}
const drafts = () => store("readonly", (box) => box.getAll());
const keep = (draft) => store("readwrite", (box) => box.put(draft));
const drop = (id) => store("readwrite", (box) => box.delete(id));

// ---- what the server says ----
async function ask(path, options) {
  const answer = await fetch(path, { cache: "no-store", ...options });
  if (answer.redirected || !(answer.headers.get("content-type") || "").includes("json")) throw new Error(words.sign_in);
  return answer.json();
}
async function renew() {
  try {
    known = await ask("/field/data");
    localStorage.setItem("field-known", JSON.stringify(known));
    signal(true);
    return true;
  } catch (error) {
    signal(false, error.message === words.sign_in ? words.sign_in : "");
    return false;
  }
}
function signal(there, why = "") {
  $("signal").textContent = there ? words.online : why || words.offline;
  $("signal").className = there ? "good" : "wait";
}

// ---- the form ----
function option(value, text) {
  const made = document.createElement("option");
  made.value = value;
  made.textContent = text;
  return made;
}
function fill() {
  if (!known) return;
  const type = $("type").value;
  $("type").replaceChildren(...known.types.map((one) => option(one.id, one.title)));
  if (known.types.some((one) => one.id === type)) $("type").value = type;
  subjects();
}
function subjects() {
  if (!known) return;
  const type = $("type").value;
  const before = $("subject").value;
  const rows = type === "sign"
    ? known.checkpoints.filter((one) => one.may_sign)
    : [...known.checkpoints, ...known.tasks, ...(known.found || [])];
  $("subject").replaceChildren(option("", "—"), ...rows.map((one) => option(`${one.type}:${one.id}`, one.title)));
  if (rows.some((one) => `${one.type}:${one.id}` === before)) $("subject").value = before;
  for (const part of form.querySelectorAll("[data-for]")) part.hidden = !part.dataset.for.split(" ").includes(type);
  for (const part of form.querySelectorAll("[data-not]")) part.hidden = part.dataset.not.split(" ").includes(type);
  card();
}
function card() {
  const [type, ...rest] = $("subject").value.split(":");
  const point = type === "checkpoint" && known && known.checkpoints.find((one) => one.id === rest.join(":"));
  $("card").replaceChildren(...(point ? state(point) : []));
}
function state(point) {
  const head = document.createElement("b");
  head.textContent = point.state;
  const list = document.createElement("ul");
  list.replaceChildren(...[...point.evidence, ...point.missing].map((text) => {
    const item = document.createElement("li");
    item.textContent = text;
    return item;
  }));
  const asOf = document.createElement("p");
  asOf.className = "hint";
  asOf.textContent = `${words.as_of} ${known.as_of}`;
  return [head, list, asOf];
}
function autosave() {
  const values = Object.fromEntries([...new FormData(form)].filter(([, value]) => typeof value === "string"));
  localStorage.setItem("field-typed", JSON.stringify(values));
}
function restore() {
  const values = JSON.parse(localStorage.getItem("field-typed") || "{}");
  for (const [name, value] of Object.entries(values)) {
    for (const part of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (part.type === "radio") part.checked = part.value === value;
      else part.value = value;
    }
    if (name === "type") subjects();
  }
  card();
}
form.addEventListener("input", autosave);
$("type").addEventListener("change", subjects);
$("subject").addEventListener("change", card);
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const said = Object.fromEntries(new FormData(form));
  const problem = !said.subject ? words.no_subject
    : said.type === "sign" && (!said.decision || !said.text.trim()) ? words.no_decision
    : said.type === "ncr" && (!said.text.trim() || !said.due) ? words.no_due : "";
  $("problem").textContent = problem;
  if (problem) return;
  const photos = said.type === "sign" ? [] : [...$("photos").files].map((file) => ({ name: file.name, blob: file }));
  const subject = $("subject").selectedOptions[0].textContent;
  await keep({ id: crypto.randomUUID(), typed_at: new Date().toISOString(), said, subject, photos, refused: "" });
  localStorage.removeItem("field-typed");
  form.reset();
  subjects();
  await send();
});

// ---- sending ----
async function post(draft, password) {
  const body = new FormData();
  body.append("draft", JSON.stringify({ ...draft.said, id: draft.id, typed_at: draft.typed_at, password }));
  for (const photo of draft.photos) body.append("photo", photo.blob, photo.name);
  return ask("/field/send", { method: "POST", body, headers: { "x-form": known.form } });
}
async function send() {
  if (busy) return show();
  busy = true;
  try {
    if (!navigator.onLine) signal(false);
    else if (await renew()) {
      for (const draft of await drafts()) {
        if (draft.said.type === "sign" || draft.refused) continue;
        await attempt(draft);
      }
    }
  } finally {
    busy = false;
  }
  fill();
  await show();
}
async function attempt(draft, password = "") {
  try {
    const answer = await post(draft, password);
    if (answer.error) {
      await keep({ ...draft, refused: answer.error });
    } else {
      await drop(draft.id);
      note(answer.done);
    }
  } catch (error) {
    signal(false, error.message === words.sign_in ? words.sign_in : "");
  }
}
function note(text) {
  const item = document.createElement("p");
  item.className = "good";
  item.textContent = text;
  $("found").replaceChildren(item);
}
let shown = "";
async function show() {
  const waiting = await drafts();
  // What a person is typing into a block, such as a password, must not be wiped by a look at the server.
  const looks = JSON.stringify([waiting.map((one) => [one.id, one.refused]), navigator.onLine,
    known && known.checkpoints.map((one) => [one.id, one.state])]);
  if (looks === shown) return;
  shown = looks;
  $("waiting").replaceChildren(...waiting.map(block));
}
function block(draft) {
  const item = document.createElement("div");
  item.className = "item";
  const head = document.createElement("h2");
  const type = known && known.types.find((one) => one.id === draft.said.type);
  head.textContent = `${type ? type.title : draft.said.type} · ${draft.subject}`;
  const when = document.createElement("p");
  when.className = "hint";
  when.textContent = `${words.written} ${new Date(draft.typed_at).toLocaleString(words.language)}`
    + (draft.photos.length ? ` · ${draft.photos.length} ${words.pictures}` : "");
  const text = document.createElement("p");
  text.textContent = draft.said.text;
  item.append(head, when, text);
  if (draft.refused) {
    const refused = document.createElement("p");
    refused.className = "bad";
    refused.textContent = draft.refused;
    item.append(refused, button(words.again, async () => { await keep({ ...draft, refused: "" }); await send(); }));
  }
  if (draft.said.type === "sign") item.append(...signing(draft));
  item.append(button(words.discard, async () => { if (confirm(words.sure)) { await drop(draft.id); await show(); } }));
  return item;
}
function signing(draft) {
  const id = draft.said.subject.split(":").slice(1).join(":");
  const point = known && known.checkpoints.find((one) => one.id === id);
  const now = document.createElement("div");
  now.className = "state";
  const label = document.createElement("p");
  label.textContent = words.now_evidence;
  now.append(label, ...(point ? state(point) : []));
  const password = document.createElement("input");
  password.type = "password";
  password.autocomplete = "current-password";
  password.placeholder = words.password;
  password.setAttribute("aria-label", words.password);
  const sign = button(words.sign_now, async () => {
    sign.disabled = true;
    shown = "";
    await attempt({ ...draft, refused: "" }, password.value);
    await send();
  });
  sign.className = "primary";
  sign.disabled = !navigator.onLine;
  return [now, password, sign];
}
function button(text, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", act);
  return made;
}

// ---- finding by code ----
async function look(code) {
  if (!code.trim()) return;
  try {
    const answer = await ask(`/field/find?code=${encodeURIComponent(code.trim())}`);
    if (!answer.found) return void ($("found").textContent = words.nothing);
    const one = answer.found;
    const link = document.createElement("a");
    link.href = one.link;
    link.textContent = one.title;
    $("found").replaceChildren(link);
    if (one.type === "device") return;
    if (!["checkpoint", "task"].includes(one.type)) known.found = [one, ...(known.found || [])];
    subjects();
    $("subject").value = `${one.type}:${one.id}`;
    card();
  } catch (error) {
    $("found").textContent = navigator.onLine ? error.message : words.offline;
  }
}
$("look").addEventListener("click", () => look($("code").value));
$("code").addEventListener("keydown", (event) => {
  if (event.key === "Enter") { event.preventDefault(); look($("code").value); }
});
if ("BarcodeDetector" in window && navigator.mediaDevices) {
  $("scan").hidden = false;
  $("scan").addEventListener("click", async () => {
    const camera = $("camera");
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      const detector = new BarcodeDetector({ formats: ["qr_code"] });
      camera.srcObject = stream;
      camera.hidden = false;
      await camera.play();
      const until = Date.now() + 30000;
      let found = [];
      while (!found.length && Date.now() < until) {
        found = await detector.detect(camera);
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
      for (const track of stream.getTracks()) track.stop();
      camera.hidden = true;
      if (found.length) { $("code").value = found[0].rawValue; await look(found[0].rawValue); }
      else $("found").textContent = words.nothing;
    } catch (error) {
      camera.hidden = true;
      $("found").textContent = words.no_camera;
    }
  });
}

// ---- beginning ----
window.addEventListener("online", send);
window.addEventListener("offline", () => { signal(false); show(); });
setInterval(async () => { if ((await drafts()).length) await send(); }, 20000);
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/field/worker.js", { scope: "/field" });
fill();
restore();
send().then(restore);
