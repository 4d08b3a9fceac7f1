// Steps through a sprite sheet: arrow keys, buttons, and the pointer's place. Every word comes from the page.
(() => {
  const clock = (ms) => {
    const seconds = Math.floor(ms / 1000), minutes = Math.floor(seconds / 60);
    return `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
  };
  document.querySelectorAll("[data-scrub]").forEach((box) => {
    const strip = box.querySelector(".strip"), said = box.querySelector("output"), columns = Number(box.dataset.columns);
    const times = box.dataset.times.split(",").map(Number), from = Number(box.dataset.from), to = Number(box.dataset.to);
    const rows = Math.ceil(times.length / columns);
    const inside = times.map((time, place) => [time, place]).filter(([time]) => time >= from && time < to).map(([, place]) => place);
    const places = inside.length ? inside : [0];
    let at = 0;
    const show = (next) => {
      at = Math.max(0, Math.min(places.length - 1, next));
      const place = places[at], x = place % columns, y = Math.floor(place / columns);
      strip.style.backgroundPosition = `${columns > 1 ? (100 * x) / (columns - 1) : 0}% ${rows > 1 ? (100 * y) / (rows - 1) : 0}%`;
      said.textContent = clock(times[place]);
    };
    box.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      show(at + step);
    });
    box.querySelectorAll("[data-step]").forEach((button) => button.addEventListener("click", () => show(at + Number(button.dataset.step))));
    strip.addEventListener("pointermove", (event) => {
      const edge = strip.getBoundingClientRect();
      show(Math.floor(((event.clientX - edge.left) / edge.width) * places.length));
    });
    show(0);
  });
})();
