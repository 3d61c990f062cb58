import { Command, Option } from 'commander';
import { config as loadDotenv } from 'dotenv';
import { AppError } from '../domain/app-error.ts';
import { ConfigError } from '../domain/settings/settings.ts';
import { backupCommand, restoreCommand } from './commands/backup.ts';
import { demo } from './commands/demo.ts';
import { doctor } from './commands/doctor.ts';
import { migrateCommand } from './commands/migrate.ts';
import { pgvectorCommand } from './commands/pgvector.ts';
import { loginLink, tokenCreate, tokenList, tokenRevoke } from './commands/tokens.ts';
import { runRole } from './commands/role.ts';
import { up } from './commands/up.ts';
import { readVersion } from './version.ts';

/**
 * Runs the `factory` command.
 * @param argv as of process.argv; sets the exit code
 */
export async function runProgram(argv: readonly string[]): Promise<void> {
  loadDotenv({ quiet: true });
  const program = new Command('factory').description('The AI Software Factory: specs in, verified pull requests out.').version(readVersion());
  program.command('up').description('start everything: database, web app and supervisor').option('--dev', 'reload on changes of the sources').action(up);
  program
    .command('web')
    .description('start the web app alone (needs DATABASE_URL, and a DATA_DIR of its own)')
    .action(() => runRole('web'));
  program
    .command('supervisor')
    .description('start a supervisor alone (needs DATABASE_URL, and a DATA_DIR of its own)')
    .action(() => runRole('supervisor'));
  program
    .command('doctor')
    .description('check this machine and the configuration')
    .option('--json', 'print JSON')
    .option('--fix', 'do what is safe: close the secrets folder, remove what dead runs and deleted factories left behind')
    .addOption(new Option('--as-supervisor', 'look at the environment as a supervisor’s').hideHelp())
    .action(doctor);
  program.command('login-link').description('print a new one-time sign-in link').action(loginLink);
  const token = program.command('token').description('API tokens');
  token
    .command('create <name>')
    .description('make a token and print it, this once')
    .option('--scope <scope>', 'read, submit or admin', 'submit')
    .action(tokenCreate);
  token.command('list').description('names and last use').action(tokenList);
  token.command('revoke <name>').description('end a token').action(tokenRevoke);
  program.command('migrate').description('bring the database to this version').action(migrateCommand);
  program.command('pgvector').description('give the embedded Postgres pgvector: as this machine has it, or built (Debian, as root)').action(pgvectorCommand);
  program.command('backup <file>').description('write the whole database into one file, also while the factory runs').action(backupCommand);
  program
    .command('restore <file>')
    .description('put a backup back, while the factory is stopped')
    .option('--force', 'replace what the database holds')
    .action(restoreCommand);
  program.command('demo').description('make a demo repository and submit a demo work item').action(demo);
  try {
    await program.parseAsync(argv);
  } catch (error) {
    const known = error instanceof ConfigError || error instanceof AppError;
    process.stderr.write(`${known ? error.message : process.env.LOG_LEVEL === 'debug' && error instanceof Error ? error.stack : sentenceOf(error)}\n`);
    process.exitCode = 1;
  }
}

/** What went wrong, for a person: a connection that is refused at each of a name's addresses has no words of its own. */
function sentenceOf(error: unknown): string {
  const causes: unknown[] = error instanceof AggregateError ? error.errors : [error];
  const refused = causes.find(
    (each): each is Error & { address: string; port: number } => each instanceof Error && 'code' in each && each.code === 'ECONNREFUSED',
  );
  if (refused) return `Nothing answers at ${refused.address}:${refused.port}: is the database of DATABASE_URL running?`;
  return error instanceof Error ? error.message || error.name : String(error);
}
