// Passkeys: asks the browser for what the service wants, and sends the answer with the form it belongs to.

const host = location.hostname;
const can = (form) =>
  form.dataset.host === host && typeof globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON === "function";

/** What the browser is to be asked, as the service says it. */
async function asked(form) {
  const answer = await fetch(form.dataset.options, {
    method: "POST",
    headers: { accept: "application/json" },
    body: new URLSearchParams(new FormData(form)),
  });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.detail);
  return told;
}

async function answered(form) {
  const options = await asked(form);
  if (form.dataset.passkey === "new") {
    return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
  }
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
}

/** Why it came to nothing, in words. The browser has said more in its own window. */
function reason(error) {
  if (error.name === "InvalidStateError") return "This device has a passkey for you already.";
  if (error instanceof DOMException) return "No passkey was given.";
  return error.message || "This did not work. Please try again.";
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!can(form)) continue;
  const button = form.querySelector("button");
  const told = form.querySelector("[role=status]");
  for (const one of document.querySelectorAll("[data-with-passkeys]")) one.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    told.textContent = "";
    try {
      form.elements.answer.value = JSON.stringify(await answered(form));
      form.submit();
    } catch (error) {
      told.textContent = reason(error);
    }
    button.disabled = false;
  });
}
