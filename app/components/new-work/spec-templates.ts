/** Specs to begin from. */
export const SPEC_TEMPLATES = {
  'Bug fix': `# Fix: what is wrong

What happens, what should happen, and how to see it.

- [ ] Write a test that fails because of it
- [ ] Fix it
- [ ] Look for the same mistake elsewhere
`,
  Feature: `# What people can do then

For whom, and why. What is not part of it.

- [ ] The smallest part that can be used
- [ ] Tests of what it does, and of bad input
- [ ] Say it in the documentation
`,
  Refactor: `# What becomes simpler

What is there now, and what it should look like. What people see stays the same.

- [ ] Cover what is there by tests, where it is not
- [ ] Change it in small steps
- [ ] Remove what nothing uses any more
`,
  Tests: `# Tests for a part that has none

Which part, and what it promises.

- [ ] What it does with good input
- [ ] What it does with bad input
- [ ] Break it once, and see a test fail
`,
} as const;
export type SpecTemplate = keyof typeof SPEC_TEMPLATES;
