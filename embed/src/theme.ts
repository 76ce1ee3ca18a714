/**
 * Chooses light or dark: `data-theme` on the element, then on the root, then as the page is.
 * A page is dark where its text is light; so a page that follows the system is followed, and on one that never
 * turns dark the text stays readable.
 */

export type Theme = "light" | "dark";

export function themeOf(element: Element, named: string | undefined): Theme {
  const asked = [named, document.documentElement.dataset["theme"]].find((name) => name === "light" || name === "dark");
  return (asked as Theme | undefined) ?? (lightness(getComputedStyle(element).color) > 0.6 ? "dark" : "light");
}

/** From 0 (black) to 1 (white), for a computed colour in any notation that browsers answer with. */
export function lightness(color: string): number {
  const [, notation = "", rest = ""] = /^(\w+)\((.*)\)$/.exec(color) ?? [];
  // Without the names of colour spaces: “display-p3” has a figure in it.
  const numbers = (rest.replace(/\b[a-z][\w-]*/g, "").match(/-?[\d.]+(e-?\d+)?/g) ?? []).map(Number);
  if (notation.startsWith("ok")) return numbers[0] ?? 0;
  if (notation === "lab" || notation === "lch") return (numbers[0] ?? 0) / 100;
  const whole = notation === "color" ? 1 : 255;
  const [red = 0, green = 0, blue = 0] = numbers;
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / whole;
}

/** Call `changed` whenever the page may have turned light or dark. Returns what ends that. */
export function watchTheme(changed: () => void): () => void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  // Pages fade from one to the other: what is computed at once is still the old colour.
  const soon = (): void => {
    changed();
    setTimeout(changed, 400);
  };
  const pages = new MutationObserver(soon);
  for (const element of [document.documentElement, document.body]) {
    if (element) pages.observe(element, { attributes: true, attributeFilter: ["data-theme", "class", "style"] });
  }
  system.addEventListener("change", soon);
  return () => {
    pages.disconnect();
    system.removeEventListener("change", soon);
  };
}
