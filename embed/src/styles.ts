/** Style sheets as objects: a page that forbids `<style>` and `style=""` does not forbid these. */

export function adopt(root: ShadowRoot, css: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}

/** Whether this browser can show the widget at all. */
export function canShow(): boolean {
  // This came last of all that it needs.
  return CSS.supports("color", "light-dark(oklch(from currentcolor l c h), red)");
}
