import { AppError } from '../../../domain/app-error.ts';
import { compactPackage } from './compact-package.ts';

/** A process of its own, for the gigabyte that the JSON takes as objects. Its last line on stderr is for people. */
const [tarball = '', integrity = '', file = ''] = process.argv.slice(2);
try {
  await compactPackage({ tarball, integrity, file });
} catch (error) {
  process.stderr.write(`${error instanceof AppError ? error.message : `The word vectors cannot be made: ${String(error)}`}\n`);
  process.exitCode = 1;
}
