// What a page gains with scripts: a tooltip on every mark of a drawing, and courses that can be looked into. Everything else
// is there without it. The large script that draws is fetched from beside this one when a course is first approached.
"use strict";
(() => {
  const here = document.currentScript.src;
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.setAttribute("aria-hidden", "true"); // what it says is the mark's own label, which is read aloud already
  document.body.append(tip);

  const hide = () => tip.classList.remove("shown");
  const show = (text, x, y) => {
    tip.textContent = text;
    tip.classList.add("shown");
    const room = document.documentElement.clientWidth - tip.offsetWidth - 8;
    tip.style.left = `${Math.max(8, Math.min(x + 12, room))}px`;
    tip.style.top = `${y > tip.offsetHeight + 20 ? y - tip.offsetHeight - 12 : y + 18}px`;
  };
  const markOf = (element) => {
    const mark = element.closest?.(".chart a, .chart [aria-roledescription], svg.stroke");
    const said = mark?.matches("a") ? mark.querySelector("[aria-label]") : mark;
    return mark?.closest(".drawn") ? null : said?.getAttribute("aria-label");
  };
  document.addEventListener("pointermove", (event) => {
    if (event.target.closest?.(".drawn")) return;
    const said = markOf(event.target);
    if (said) show(said, event.clientX, event.clientY);
    else hide();
  });
  document.addEventListener("focusin", (event) => {
    const said = markOf(event.target);
    const box = event.target.getBoundingClientRect();
    if (said) show(said, box.left + box.width / 2, box.top);
    else hide();
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  document.addEventListener("scroll", hide, true);

  let drawing = null;
  const library = () => {
    drawing ??= new Promise((found, failed) => {
      const script = document.createElement("script");
      script.type = "module";
      script.src = here.replace("page.js", "charts.js");
      script.onload = found;
      script.onerror = failed;
      document.head.append(script);
    });
    return drawing;
  };
  const draw = async (chart) => {
    if (chart.dataset.state) return;
    chart.dataset.state = "asked";
    const served = [...chart.childNodes];
    try {
      await library();
      const place = document.createElement("div");
      const spec = JSON.parse(chart.dataset.course);
      const svg = chart.querySelector("svg"); // a narrow window shows it smaller; Vega must draw it so, not be shrunk
      if (svg) spec.width = Math.round((spec.width * svg.getBoundingClientRect().width) / svg.viewBox.baseVal.width);
      const tooltip = (handler, event, item) => {
        const said = (item?.datum?.datum ?? item?.datum)?.said; // near a point the item is its surroundings
        if (said) show(said, event.clientX, event.clientY);
        else hide();
      };
      await window.drawChart(place, spec, { tooltip });
      chart.replaceChildren(place);
      chart.classList.add("drawn");
    } catch {
      chart.replaceChildren(...served); // the drawing of the server stands
    }
    chart.dataset.state = "done";
  };
  for (const chart of document.querySelectorAll("[data-course]")) {
    chart.addEventListener("pointerenter", () => draw(chart), { once: true });
    chart.addEventListener("focusin", () => draw(chart), { once: true });
  }
})();
