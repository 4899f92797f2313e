// What the browser tests ask the page.
var inspect = (() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const name = (e) => e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + (e.getAttribute("class") ? "." + e.getAttribute("class").replaceAll(" ", ".") : "");
  const visible = (e) => e.checkVisibility() && e.getBoundingClientRect().height > 0;
  const shown = () => all(".req").filter(visible);

  const set = (id, value) => {
    const field = document.getElementById(id);
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const wronglyFolded = () => all(".req")
    .filter((r) => r.open !== ["non-conformant", "unexpected pass", "inconclusive"].includes(r.dataset.v)).map((r) => r.id);

  // A picture is wrong where something in it has no size or lies outside.
  const badPictures = () => all("svg").flatMap((svg) => {
    const box = svg.getBoundingClientRect();
    const wrong = [];
    if (box.width < 10 || box.height < 10) wrong.push(`${svg.getAttribute("aria-label")}: ${box.width} x ${box.height}`);
    for (const mark of svg.querySelectorAll("rect, text")) {
      const m = mark.getBoundingClientRect();
      if (m.width <= 0 || m.height <= 0 || m.left < box.left - 2 || m.right > box.right + 2 || m.top < box.top - 2 || m.bottom > box.bottom + 2) {
        wrong.push(`${svg.getAttribute("aria-label")}: ${name(mark)} ${mark.textContent}`);
      }
    }
    return wrong;
  });

  // What scrolls by itself may be wider than the window.
  const overflowing = () => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return all("body *").filter((e) => e.getBoundingClientRect().right > width + 1 && !e.closest(".scroll, pre, .skip, svg"))
      .map(name).concat([`the page: ${document.documentElement.scrollWidth} px`]);
  };

  const rgb = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number);
    return { r, g, b, a };
  };
  const luminance = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  // The background that an element has, or shows; known remembers it, since thousands share one.
  const ground = (e, known) => {
    if (!e) return rgb("rgb(255, 255, 255)");
    if (!known.has(e)) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      known.set(e, c.a > 0 ? c : ground(e.parentElement, known));
    }
    return known.get(e);
  };
  const contrast = (a, b) => {
    const [x, y] = [luminance(a), luminance(b)];
    return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
  };

  // Kinds of text with less than the 4.5:1 of WCAG 2.2, 1.4.3, and labels within marks.
  const faint = () => {
    const found = new Set(), looked = new Set(), known = new Map();
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const e = texts.currentNode.parentElement;
      if (looked.has(e) || e instanceof SVGElement || !texts.currentNode.data.trim()) continue;
      looked.add(e);
      if (!visible(e)) continue;
      const ratio = contrast(rgb(getComputedStyle(e).color), ground(e, known));
      if (ratio < 4.5) found.add(`${name(e)} ${ratio.toFixed(2)}`);
    }
    for (const label of all("svg text.i")) {
      const mark = label.previousElementSibling;
      const ratio = contrast(rgb(getComputedStyle(label).fill), rgb(getComputedStyle(mark).fill));
      if (ratio < 4.5) found.add(`label in ${name(mark)} ${ratio.toFixed(2)}`);
    }
    return [...found];
  };

  // What can be used but not focused.
  const unreachable = () => all("a[href], button, input, select, summary, .scroll")
    .filter((e) => visible(e) && e.tabIndex < 0).map(name);

  return { name, visible, shown, set, wronglyFolded, badPictures, overflowing, faint, unreachable };
})();
