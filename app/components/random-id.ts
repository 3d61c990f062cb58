/** A random id of 32 letters and digits. Browsers have crypto.randomUUID over https and on localhost alone; a team may be served over plain http. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
