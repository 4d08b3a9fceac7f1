// Single keys of the desk. They only move the focus: Enter decides. They can be turned off, and rest while somebody types.
(() => {
  const box = document.getElementById("keys");
  if (!box) return;
  const name = "offcut:desk-keys", items = [...document.querySelectorAll("[data-item]")];
  let at = -1;
  try { box.checked = localStorage.getItem(name) !== "off"; } catch { /* private mode: on for this page */ }
  box.onchange = () => { try { localStorage.setItem(name, box.checked ? "on" : "off"); } catch { /* as above */ } };
  const move = (by) => {
    if (!items.length) return;
    at = Math.min(items.length - 1, Math.max(0, at + by));
    items[at].focus(); items[at].scrollIntoView({ block: "start" });
  };
  document.addEventListener("keydown", (event) => {
    if (!box.checked || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    const key = event.key.toLowerCase();
    if (key === "j" || key === "k") move(key === "j" ? 1 : -1);
    else if (key === "t") document.getElementById("toggle-text").click();
    else {
      const target = key === "n" ? document.getElementById("note") : /^[acr]$/.test(key) ? document.querySelector(`[data-key="${key}"]`) : null;
      if (!target) return;
      target.focus();
    }
    event.preventDefault();
  });
})();
