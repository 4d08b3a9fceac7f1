// Single keys of the desk. They only move the focus: Enter decides. They can be changed or turned off, and rest while somebody types.
(() => {
  const box = document.getElementById("keys");
  if (!box) return;
  const fields = [...document.querySelectorAll("[data-for]")], items = [...document.querySelectorAll("[data-item]")];
  const marks = [...document.querySelectorAll("[data-item] ins, [data-item] del")];
  const at = { item: -1, mark: -1 }, help = document.getElementById("all-keys");
  const read = (name) => { try { return localStorage.getItem(name); } catch { return null; /* private mode: for this page only */ } };
  const keep = (name, value) => { try { localStorage.setItem(name, value); } catch { /* as above */ } };
  const chosen = (() => { try { return JSON.parse(read("offcut:desk-keys-chosen")) || {}; } catch { return {}; } })();
  const keyOf = (action) => (typeof chosen[action] === "string" && chosen[action].length === 1 ? chosen[action] : action);
  const every = [..."jk[]dtacrpensu/? "]; // the queues and a case share what is chosen
  const actionOf = (key) => every.find((action) => keyOf(action) === key);
  const shown = (key) => (key === " " ? "␣" : key.toUpperCase());
  const label = () => {
    for (const field of fields) {
      const action = field.dataset.for;
      field.value = shown(keyOf(action));
      for (const sign of document.querySelectorAll(`[data-key="${action}"] kbd, [data-press="${action}"] kbd`)) sign.textContent = field.value;
    }
  };
  const change = (action, key) => {
    const other = actionOf(key);
    if (other && other !== action) chosen[other] = keyOf(action); // the two change places: no key ever does two things
    chosen[action] = key;
    keep("offcut:desk-keys-chosen", JSON.stringify(chosen));
  };
  for (const field of fields) {
    field.onfocus = () => field.select();
    field.oninput = () => {
      const key = [...field.value.replace("␣", "")].pop()?.toLowerCase() ?? "";
      if (key.length === 1 && !/\d/.test(key)) change(field.dataset.for, key);
      label();
      field.select();
    };
  }
  document.getElementById("keys-reset").onclick = () => { for (const action of Object.keys(chosen)) delete chosen[action]; keep("offcut:desk-keys-chosen", "{}"); label(); };
  box.checked = read("offcut:desk-keys") !== "off";
  box.onchange = () => keep("offcut:desk-keys", box.checked ? "on" : "off");
  label();
  const move = (list, which, by) => {
    if (!list.length) return;
    at[which] = Math.min(list.length - 1, Math.max(0, at[which] + by));
    const one = list[at[which]];
    if (one.tagName !== "A") one.tabIndex = -1;
    one.focus(); one.scrollIntoView({ block: "center" });
  };
  const choose = (rank) => {
    const ladder = document.querySelector(`[data-ladder] option[data-rank="${rank}"]`);
    if (ladder) { ladder.selected = true; ladder.parentElement.focus(); }
  };
  const press = (action) => {
    if (action === "j" || action === "k") move(items, "item", action === "j" ? 1 : -1);
    else if (action === "[" || action === "]") move(marks, "mark", action === "]" ? 1 : -1);
    else if (action === "t" || action === "d") document.querySelector(`[data-key="${action}"]`)?.click();
    else if (action === "?") { help.open = true; help.firstElementChild.focus(); }
    else {
      const ids = { n: ["note", "desk-note"], "/": ["search"] }[action];
      const target = ids ? ids.map((id) => document.getElementById(id)).find(Boolean) : document.querySelector(`[data-key="${action}"]`);
      if (!target) return false;
      target.focus();
      if (action === "/") target.select();
    }
    return true;
  };
  document.addEventListener("keydown", (event) => {
    if (!box.checked || event.ctrlKey || event.metaKey || event.altKey || event.target.isContentEditable) return;
    if (/^(INPUT|TEXTAREA|SELECT|BUTTON|SUMMARY|A)$/.test(event.target.tagName) && (event.key === " " || event.target.tagName !== "BUTTON" && event.target.tagName !== "A")) return;
    const key = event.key.toLowerCase(), action = actionOf(key);
    if (action ? press(action) : /^[1-9]$/.test(key) && (choose(key), true)) event.preventDefault();
  });
  for (const button of document.querySelectorAll("[data-press]")) button.onclick = () => press(button.dataset.press);
  const steps = document.getElementById("steps");
  if (steps) steps.hidden = false;
})();
// A claim lives while somebody is at work: a sign of life each minute; none after five quiet minutes, which the page says.
(() => {
  const form = document.getElementById("heartbeat"), asks = document.getElementById("still-there");
  if (!form) return;
  let last = Date.now();
  const alive = () => { last = Date.now(); if (asks) asks.hidden = true; };
  for (const kind of ["keydown", "pointermove", "scroll", "input"]) document.addEventListener(kind, alive, { passive: true });
  setInterval(() => {
    if (Date.now() - last > 300_000) { if (asks) asks.hidden = false; return; }
    fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" }).catch(() => { /* the next minute tries again */ });
  }, 60_000);
})();
