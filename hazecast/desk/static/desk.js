// The desk works without this: it moves the map's hour without a new page, and gives the keyboard its ways.
"use strict";

const slider = document.getElementById("hour");
const frame = document.getElementById("frame");
if (slider && frame) {
  const moments = JSON.parse(document.getElementById("moments").textContent);
  const base = slider.form.dataset.frames;
  const show = () => {
    const hour = Number(slider.value);
    frame.setAttribute("href", `${base}${hour}.png`);
    document.getElementById("moment").textContent = moments[hour];
    slider.setAttribute("aria-valuetext", moments[hour]);
    for (const link of document.querySelectorAll(".marks a, .places a")) {
      const target = new URL(link.getAttribute("href"), location.href);
      target.searchParams.set("hour", hour);
      link.setAttribute("href", target.pathname + target.search + target.hash);
    }
    for (const next of [hour + 1, hour + 2]) if (next < moments.length) new Image().src = `${base}${next}.png`;
  };
  slider.addEventListener("input", show);
}

for (const select of document.querySelectorAll("select[data-go]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) return;
  const link = document.querySelector(`a[data-key="${CSS.escape(event.key)}"]`);
  if (link) link.click();
});

let changed = false;
const decision = document.querySelector("form.decision");
if (decision) {
  decision.addEventListener("input", () => { changed = true; });
  decision.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}
