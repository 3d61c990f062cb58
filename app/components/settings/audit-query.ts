/** What the address of the audit log asks for. Pure. @param value of a name in the address, '' where it is not there */
export function auditQuery(value: (name: string) => string): { actor?: string; action?: string } {
  const [actor, action] = [value('who').trim().slice(0, 200), value('what').slice(0, 200)];
  return { ...(actor ? { actor } : {}), ...(action ? { action } : {}) };
}
