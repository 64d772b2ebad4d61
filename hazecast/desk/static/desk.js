// The desk works without this: it moves the map's hour without a new page, and gives the keyboard its ways.
"use strict";

const slider = document.getElementById("hour");
const frames = [...document.querySelectorAll("image[data-frames]")];
if (slider && frames.length) {
  const moments = JSON.parse(document.getElementById("moments").textContent);
  const file = (frame, hour) => frame.dataset.frames.replace("#", hour + Number(frame.dataset.shift || 0));
  const show = () => {
    const hour = Number(slider.value);
    for (const frame of frames) frame.setAttribute("href", file(frame, hour));
    document.getElementById("moment").textContent = moments[hour];
    slider.setAttribute("aria-valuetext", moments[hour]);
    for (const link of document.querySelectorAll(".marks a, .places a")) {
      const target = new URL(link.getAttribute("href"), location.href);
      target.searchParams.set("hour", hour);
      link.setAttribute("href", target.pathname + target.search + target.hash);
    }
    for (const next of [hour + 1, hour + 2]) if (next < moments.length) for (const frame of frames) new Image().src = file(frame, next);
  };
  slider.addEventListener("input", show);
  // It may have been moved before this ran, or set by the browser to where it was left.
  window.addEventListener("pageshow", () => { if (slider.value !== slider.defaultValue) show(); });
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
