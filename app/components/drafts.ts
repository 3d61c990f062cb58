/** What somebody types and has not sent lies under this in his browser's storage. */
export const DRAFT_PREFIX = 'factory.draft.';

/** The text of a draft as it was kept; '' where there is none. */
export function readDraft(name: string): string {
  try {
    return localStorage.getItem(DRAFT_PREFIX + name) ?? '';
  } catch {
    return ''; // a browser that keeps nothing
  }
}

/** Keeps a text over a reload; an empty one is forgotten. */
export function keepDraft(name: string, text: string): void {
  try {
    if (text === '') localStorage.removeItem(DRAFT_PREFIX + name);
    else localStorage.setItem(DRAFT_PREFIX + name, text);
  } catch {
    // More than the browser keeps: it stays on the screen.
  }
}

/** At sign-out: who comes next to this browser reads nothing of it. */
export function forgetDrafts(): void {
  for (const storage of [localStorage, sessionStorage]) for (const key of Object.keys(storage)) if (key.startsWith(DRAFT_PREFIX)) storage.removeItem(key);
}
