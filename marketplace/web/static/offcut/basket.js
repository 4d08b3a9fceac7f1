// The running total of ticked clips. Without script the quote itself says the same.
(() => {
  const form = document.querySelector("[data-basket]");
  if (!form) return;
  const shown = form.querySelector("output"), words = form.dataset;
  if (!shown) return;
  function count() {
    const ticked = [...form.querySelectorAll('input[name="clip"]:checked')];
    if (!ticked.length) { shown.textContent = words.none; return; }
    const seconds = Math.floor(ticked.reduce((sum, one) => sum + Number(one.dataset.ms), 0) / 1000);
    const cents = ticked.reduce((sum, one) => sum + Number(one.dataset.minor), 0);
    const money = new Intl.NumberFormat(words.language, { style: "currency", currency: ticked[0].dataset.currency }).format(cents / 100);
    const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    shown.textContent = words.some.replace("{n}", ticked.length).replace("{time}", time).replace("{money}", money);
  }
  form.addEventListener("change", count);
  count();
})();
