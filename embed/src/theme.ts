/**
 * Chooses light or dark: `data-theme` on the element, then on the root, then as the page is.
 * A page is dark where its text is light; so a page that follows the system is followed, and on one that never
 * turns dark the text stays readable.
 */

export type Theme = "light" | "dark";

export function themeOf(element: Element, named: string | undefined): Theme {
  const asked = [named, document.documentElement.dataset["theme"]].find((name) => name === "light" || name === "dark");
  return (asked as Theme | undefined) ?? (lightness(element) > 0.6 ? "dark" : "light");
}

/** Of the page's text, from 0 (black) to 1 (white): the browser turns it into `oklch(L C H)` for us, see read.css. */
function lightness(element: Element): number {
  return parseFloat(getComputedStyle(element).columnRuleColor.slice(6));
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
