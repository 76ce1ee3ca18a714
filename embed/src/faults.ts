/** What to tell a reader about something that did not work. Holds no state. */

/** The service's own words where it refused, `otherwise` where it did not answer, or not understandably. */
export function reasonOf(fault: unknown, otherwise: string): string {
  const { status, message } = fault as { status?: number; message?: string };
  return (status && status >= 400 && status < 500 && message) || otherwise;
}
