// Fetches pages of the desk: the same HTML that a browser without a script is sent.

/**
 * Return a page of the desk. Throws where there is no answer; leaves this page if the session has ended.
 * @param {string} address
 * @returns {Promise<Document>}
 */
export async function pageAt(address) {
  const response = await fetch(address, { headers: { Accept: "text/html" } });
  if (response.redirected && !new URL(response.url).pathname.includes("/moderate/")) location.reload();
  if (!response.ok) throw new Error(`The server answered ${response.status}`);
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

/** The address of the list on this page, without what a decision left in it. */
export function listAddress() {
  const address = new URL(location.href);
  for (const told of ["done", "left", "ticked"]) address.searchParams.delete(told);
  return address.href;
}
