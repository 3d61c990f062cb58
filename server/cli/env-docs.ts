import { type Setting, SETTINGS } from '../domain/settings/settings.ts';

const GROUPS = [...new Set(SETTINGS.map((setting) => setting.group))];
const of = (group: Setting['group']) => SETTINGS.filter((setting) => setting.group === group);
const BEGIN = '<!-- configuration: made from server/domain/settings/settings.ts by `npm run env-docs` -->';
const END = '<!-- end of configuration -->';

/** .env.example: every variable, the ones to begin with first, each line commented out. */
export function envExample(): string {
  const blocks = GROUPS.map((group) => {
    const lines = of(group).map((setting) => `# ${setting.about}\n# Takes ${setting.takes}.\n#${setting.name}=${setting.default ?? ''}`);
    return `# ── ${group} ${'─'.repeat(Math.max(0, 70 - group.length))}\n\n${lines.join('\n\n')}`;
  });
  return `# Copy to .env and uncomment what you need: nothing is required for a first start.\n# Read by the factory command, which hands each process only what is its own.\n\n${blocks.join('\n\n')}\n`;
}

/** The README with its table of variables made anew. @throws Error where the README has no place for it */
export function readmeWith(readme: string): string {
  const [head, rest] = readme.split(BEGIN);
  const tail = rest?.split(END)[1];
  if (head === undefined || tail === undefined) throw new Error('README.md lacks the marks of the configuration.');
  return `${head}${BEGIN}\n\n${table()}\n\n${END}${tail}`;
}

function table(): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const rows = GROUPS.flatMap((group) => [
    `| **${group}** | | |`,
    ...of(group).map((setting) => `| \`${setting.name}\` | ${setting.default ? `\`${setting.default}\`` : ''} | ${cell(setting.about)} |`),
  ]);
  return ['| Variable | Default | What it does |', '|---|---|---|', ...rows].join('\n');
}
