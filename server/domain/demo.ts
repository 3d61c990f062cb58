/** The demo's work item, for the small project that comes with the factory. */
export const DEMO = {
  title: 'Demo: greet the world',
  spec: `# Demo: greet the world

This is a demo. Where no model credential is set a scripted agent does the work, not a model.

- [ ] Add a list of people to greet
- [ ] Greet each of them
- [ ] Say in the README how
`,
  verify: 'npm test',
  priority: 'high',
} as const;
