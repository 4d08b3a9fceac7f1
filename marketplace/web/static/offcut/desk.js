// Single keys of the desk. They only move the focus: Enter decides. They can be turned off, and rest while somebody types.
(() => {
  const box = document.getElementById("keys");
  if (!box) return;
  const name = "offcut:desk-keys", items = [...document.querySelectorAll("[data-item]")];
  const marks = [...document.querySelectorAll("[data-item] ins, [data-item] del")];
  const at = { item: -1, mark: -1 };
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
  document.addEventListener("keydown", (event) => {
    if (!box.checked || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(INPUT|TEXTAREA|SELECT|BUTTON|SUMMARY|A)$/.test(event.target.tagName) && (event.key === " " || event.target.tagName !== "BUTTON" && event.target.tagName !== "A")) return;
    const key = event.key.toLowerCase();
    if (key === "j" || key === "k") move(items, "item", key === "j" ? 1 : -1);
    else if (key === "[" || key === "]") move(marks, "mark", key === "]" ? 1 : -1);
    else if (key === "t" && document.getElementById("toggle-text")) document.getElementById("toggle-text").click();
    else if (/^[1-9]$/.test(key)) choose(key);
    else {
      const target = key === "n" ? document.getElementById("note") || document.getElementById("desk-note") : /^[acrpeu ]$/.test(key) ? document.querySelector(`[data-key="${key}"]`) : null;
      if (!target) return;
      target.focus();
    }
    event.preventDefault();
  });
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
