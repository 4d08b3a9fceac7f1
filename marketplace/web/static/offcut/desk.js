// Single keys of the desk. They only move the focus: Enter decides. They can be turned off, and rest while somebody types.
(() => {
  const box = document.getElementById("keys");
  if (!box) return;
  const name = "offcut:desk-keys", items = [...document.querySelectorAll("[data-item]")];
  const marks = [...document.querySelectorAll("[data-item] ins, [data-item] del")];
  const at = { item: -1, mark: -1 }, help = document.getElementById("all-keys");
  const links = { t: document.getElementById("toggle-text"), d: document.getElementById("toggle-diff") };
  try { box.checked = localStorage.getItem(name) !== "off"; } catch { /* private mode: on for this page */ }
  box.onchange = () => { try { localStorage.setItem(name, box.checked ? "on" : "off"); } catch { /* as above */ } };
  const move = (list, which, by) => {
    if (!list.length) return;
    at[which] = Math.min(list.length - 1, Math.max(0, at[which] + by));
    list[at[which]].tabIndex = -1;
    list[at[which]].focus(); list[at[which]].scrollIntoView({ block: "center" });
  };
  const choose = (rank) => {
    const ladder = document.querySelector(`[data-ladder] option[data-rank="${rank}"]`);
    if (ladder) { ladder.selected = true; ladder.parentElement.focus(); }
  };
  const press = (key) => {
    if (key === "j" || key === "k") move(items, "item", key === "j" ? 1 : -1);
    else if (key === "[" || key === "]") move(marks, "mark", key === "]" ? 1 : -1);
    else if ((key === "t" || key === "d") && links[key]) links[key].click();
    else if (key === "?" && help) { help.open = true; help.firstElementChild.focus(); }
    else if (/^[1-9]$/.test(key)) choose(key);
    else {
      const target = key === "n" ? document.getElementById("note") || document.getElementById("desk-note") : /^[acrpesu ]$/.test(key) ? document.querySelector(`[data-key="${key}"]`) : null;
      if (!target) return false;
      target.focus();
    }
    return true;
  };
  document.addEventListener("keydown", (event) => {
    if (!box.checked || event.ctrlKey || event.metaKey || event.altKey || event.target.isContentEditable) return;
    if (/^(INPUT|TEXTAREA|SELECT|BUTTON|SUMMARY|A)$/.test(event.target.tagName) && (event.key === " " || event.target.tagName !== "BUTTON" && event.target.tagName !== "A")) return;
    if (press(event.key.toLowerCase())) event.preventDefault();
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
