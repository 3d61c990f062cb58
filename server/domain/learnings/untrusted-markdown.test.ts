import { describe, expect, it } from 'vitest';
import { fenced, neutralise, stripInvisible } from './untrusted-markdown.ts';

describe('stripInvisible', () => {
  it('takes zero-width, bidi, tag and control characters out', () => {
    const tags = [...'hi'].map((c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0))).join('');
    expect(stripInvisible(`a\u200Bb\u202Ec\u2066d${tags}e\u0000f\u001B[31m\tg\nh`)).toBe('abcdef[31m\tg\nh');
  });

  it('keeps ordinary letters of any script, and emoji', () => {
    expect(stripInvisible('Grüße, 日本語, العربية, 🚀')).toBe('Grüße, 日本語, العربية, 🚀');
  });
});

describe('neutralise', () => {
  const visible = (text: string) => text.replaceAll('\u200B', '');

  it('mentions nobody', () => {
    expect(neutralise('ask @octocat and @org/team')).not.toMatch(/@[a-z]/);
    expect(visible(neutralise('ask @octocat'))).toBe('ask @octocat');
  });

  it.each(['Closes #12', 'fixes owner/repo#3', 'resolves GH-7', 'Fixed: https://github.com/a/b/issues/5'])('closes no issue: %s', (text) => {
    expect(neutralise(text)).not.toMatch(/#\d|GH-\d|(closes|fixed|resolves):?\s+https/i);
  });

  it('opens no HTML, loads no image, stays one line', () => {
    expect(neutralise('a <!-- b\n<img src=x> ![alt](https://t/x.png)')).toBe('a &lt;!-- b &lt;img src=x> [alt](https://t/x.png)');
  });
});

describe('fenced', () => {
  it('is longer than any run of backticks in it', () => {
    expect(fenced('a\n````\nb')).toBe('`````text\na\n````\nb\n`````');
    expect(fenced('plain')).toBe('```text\nplain\n```');
  });
});
