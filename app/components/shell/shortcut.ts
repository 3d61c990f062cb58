/** One key after another within this is a sequence. */
const SEQUENCE_MS = 1_200;

/** What the focus is on: a field that takes letters, a control that has a use for Enter, or the page. */
export type Focus = 'field' | 'control' | 'page';

export interface Press {
  key: string;
  /** With Ctrl, Cmd or Alt: it is the browser's, or a shortcut of another kind. */
  modified: boolean;
  focus: Focus;
  /** Something is open in front of the page. */
  covered: boolean;
  at: number;
}

/** The key that a sequence may have begun with. */
export interface Begun {
  key: string;
  at: number;
}

/**
 * Which of the actions a press of a key means: `c`, or `g o` for one after the other. Pure.
 * @param keys of the actions there are
 * @returns the action, and what the next press may go on from
 */
export function decideShortcut(keys: readonly string[], begun: Begun | null, press: Press): { action: string | null; begun: Begun | null } {
  const { key, at } = press;
  if (press.modified || press.covered || press.focus === 'field') return { action: null, begun: null };
  if (key === 'Shift') return { action: null, begun };
  if (press.focus === 'control' && (key === 'Enter' || key === ' ')) return { action: null, begun: null };
  if (begun && at - begun.at < SEQUENCE_MS) {
    // The second key belongs to the sequence, also where it means nothing there: `k` after `g` moves no row.
    const sequence = `${begun.key} ${key}`;
    return { action: keys.includes(sequence) ? sequence : null, begun: null };
  }
  return { action: keys.includes(key) ? key : null, begun: key === 'g' ? { key, at } : null };
}

const LETTERLESS = ['checkbox', 'radio', 'button', 'submit', 'reset', 'file', 'range', 'color', 'image'];

/** What an element is to the keys. @param type of an input */
export function focusOf({ tag, type, editable, inControl }: { tag: string; type: string; editable: boolean; inControl: boolean }): Focus {
  if (editable || tag === 'textarea' || tag === 'select') return 'field';
  if (tag === 'input') return LETTERLESS.includes(type) ? 'control' : 'field';
  return inControl ? 'control' : 'page';
}
