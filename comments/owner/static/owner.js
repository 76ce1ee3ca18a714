/* The owner's pages: what a script adds to them. All of it works without. */

for (const button of document.querySelectorAll("[data-copy]")) {
  const words = button.querySelector("span");
  const text = button.parentElement.querySelector("code").textContent;
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      words.textContent = "Copied";
    } catch {
      words.textContent = "Not copied";
    }
    setTimeout(() => {
      words.textContent = "Copy";
    }, 2000);
  });
}
