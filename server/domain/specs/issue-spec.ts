import { parseSpec } from './spec.ts';
import { stripInvisible } from '../learnings/untrusted-markdown.ts';

export interface IssueText {
  number: number;
  title: string;
  body: string;
}

/**
 * A GitHub issue as a spec: its body where that holds a checklist, else one task (the title) with the body as context.
 * What does not show on the page is taken out first: HTML comments, invisible characters, image alt text.
 */
export function issueToSpec(issue: IssueText): { title: string; spec: string } {
  const title = stripInvisible(issue.title).replace(/\s+/g, ' ').trim().slice(0, 500) || `Issue ${issue.number}`;
  const body = stripHidden(issue.body);
  if (parseSpec(body).tasks.length > 0) return { title, spec: body };
  // The task comes first: an open code fence in the body would swallow it.
  return { title, spec: `# ${title}\n\n- [ ] ${title}\n${body ? `\n## Context\n\n${body}\n` : ''}` };
}

/** The markdown less what GitHub does not show to a person who reads the issue. */
export function stripHidden(markdown: string): string {
  return (
    stripInvisible(withoutComments(markdown))
      .replace(/!\[[^\]]{0,2000}\]/g, '![]')
      .replace(/(<img\b[^>]{0,2000}?)\s(?:alt|title)\s{0,5}=\s{0,5}(?:"[^"]{0,2000}"|'[^']{0,2000}'|[^\s>]{1,2000})/gi, '$1')
      // "[//]: # (text)" and its kin: link definitions used as comments.
      .replace(/^[ ]{0,3}\[[^\]\n]{1,200}\]:[ ]{0,5}(?:#|<>)[^\n]{0,2000}$/gm, '')
      .replace(/\r\n?/g, '\n')
      .trim()
  );
}

/** An unclosed comment hides the rest of the page, so it goes as well. Linear, where a lazy pattern would not be. */
function withoutComments(text: string): string {
  let out = '';
  let at = 0;
  for (;;) {
    const start = text.indexOf('<!--', at);
    if (start < 0) return out + text.slice(at);
    out += text.slice(at, start);
    const end = text.indexOf('-->', start + 4);
    if (end < 0) return out;
    at = end + 3;
  }
}
