/** What of a message box is still to be sent: what was typed while the message was on its way. Pure. */
export function afterSending(now: string, sent: string): string {
  return now.startsWith(sent) ? now.slice(sent.length).trimStart() : now;
}
