"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (id) => document.getElementById(id);
  const form = one("filters"), text = one("f-text"), area = one("f-area"), level = one("f-level");
  const chips = all("[data-verdict]"), requirements = all(".req"), unfold = one("unfold");
  const words = new Map(requirements.map((r) => [r, r.textContent.toLowerCase()]));

  const filter = () => {
    const verdicts = chips.filter((c) => c.getAttribute("aria-pressed") === "true").map((c) => c.dataset.verdict);
    const wanted = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const r of requirements) {
      r.hidden = (verdicts.length > 0 && !verdicts.includes(r.dataset.v)) ||
        (area.value !== "" && r.closest(".area").dataset.area !== area.value) ||
        (level.value !== "" && r.dataset.l !== level.value) ||
        !wanted.every((w) => words.get(r).includes(w));
      if (!r.hidden) shown++;
    }
    for (const part of all(".block").concat(all(".area"))) {
      part.hidden = !all(".req", part).some((r) => !r.hidden);
    }
    one("none").hidden = shown > 0;
    one("shown").textContent = `${shown} of ${requirements.length} shown`;
  };

  const clear = () => {
    for (const c of chips) c.setAttribute("aria-pressed", "false");
    text.value = area.value = level.value = "";
    filter();
  };

  // What an address points to is shown, whatever the filters hide or is folded.
  const reveal = () => {
    const target = one(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.closest("[hidden]")) clear();
    const timeline = target.tagName === "H4" && target.parentElement.querySelector(".timeline");
    if (timeline) timeline.open = true;
    for (let d = target.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
    target.scrollIntoView({ block: target.tagName === "rect" ? "nearest" : "start" });
  };

  for (const c of chips) {
    c.addEventListener("click", () => {
      c.setAttribute("aria-pressed", String(c.getAttribute("aria-pressed") !== "true"));
      filter();
    });
  }
  for (const f of [text, area, level]) f.addEventListener("input", filter);
  form.addEventListener("submit", (e) => e.preventDefault());
  form.addEventListener("reset", (e) => { e.preventDefault(); clear(); });
  unfold.addEventListener("click", () => {
    const open = unfold.getAttribute("aria-pressed") !== "true";
    unfold.setAttribute("aria-pressed", String(open));
    unfold.textContent = open ? "Fold all" : "Unfold all";
    for (const r of requirements) if (!r.hidden) r.open = open;
  });
  document.addEventListener("keydown", (e) => {
    if (e.key === "/" && !e.ctrlKey && !e.metaKey && !/^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName)) {
      e.preventDefault();
      text.focus();
    }
  });
  addEventListener("hashchange", reveal);
  form.hidden = false;
  all(".counts").forEach((c) => { c.hidden = true; });
  filter();
  reveal();
})();
