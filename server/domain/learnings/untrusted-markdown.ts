/** Format characters (zero-width, bidi, tags), blanks in disguise and variation selectors: what a reader cannot see, an agent can. */
const INVISIBLE = /\p{Cf}|\u115F|\u1160|\u3164|\uFFA0|[\uFE00-\uFE0E]|[\u{E0100}-\u{E01EF}]/gu;
const CONTROL = /(?![\t\n\r])\p{Cc}/gu;
/** Breaks a mention or a reference, and shows nothing. */
const BREAK = '\u200B';

/** The text without characters that do not show. Tab, newline and carriage return stay. */
export function stripInvisible(text: string): string {
  return text.replace(INVISIBLE, '').replace(CONTROL, '');
}

/**
 * One line of somebody else's text, safe inside GitHub markdown: it mentions nobody, refers to no issue, closes none,
 * opens no HTML and loads no image.
 */
export function neutralise(text: string): string {
  return stripInvisible(text)
    .replace(/\s+/g, ' ')
    .replace(/<(?=[A-Za-z/!?])/g, '&lt;')
    .replace(/!\[/g, '[')
    .replace(/@(?=[A-Za-z0-9_-])/g, `@${BREAK}`)
    .replace(/#(?=\d)/g, `#${BREAK}`)
    .replace(/\bGH-(?=\d)/gi, `GH${BREAK}-`)
    .replace(/\b(clos(?:e|es|ed)|fix(?:es|ed)?|resolv(?:e|es|ed))(?=:?\s{1,5}https?:)/gi, `$1${BREAK}`)
    .trim();
}

/** A code block that its content cannot close. */
export function fenced(text: string): string {
  const longest = (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0);
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return `${fence}text\n${text}\n${fence}`;
}
