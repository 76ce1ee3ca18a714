/* Imports: how far one is, without loading the page anew, and no file on its way that is too large. */

const EVERY = 1500;

const line = document.querySelector("[data-progress]");
if (line) {
  const words = line.querySelector("[data-words]");
  const bar = document.querySelector("progress");
  const look = async () => {
    try {
      const answer = await fetch(line.dataset.progress, { headers: { accept: "application/json" } });
      const { import: job } = answer.ok ? await answer.json() : {};
      if (job && `${job.id} ${job.state}` !== line.dataset.state) {
        location.reload();
        return;
      }
      if (job) {
        words.textContent = job.words;
        bar.max = job.total;
        bar.value = job.done;
      }
    } catch {
      // The next look may find the service again.
    }
    setTimeout(look, EVERY);
  };
  setTimeout(look, EVERY);
}

const file = document.querySelector("[data-most]");
if (file) {
  file.addEventListener("change", () => {
    const most = Number(file.dataset.most);
    const isLarge = [...file.files].some((one) => one.size > most);
    file.setCustomValidity(isLarge ? `The file has more than ${Math.floor(most / 1e6)} MB, the most that is taken here.` : "");
    file.reportValidity();
  });
  file.form.addEventListener("submit", () => {
    file.form.querySelector("button").textContent = "Sending…";
  });
}
