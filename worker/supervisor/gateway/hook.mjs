// The factory's pre-receive hook. Asks the supervisor; anything but a clear yes refuses the push (fail closed).
// Plain node, no packages: git starts it with nothing but its own environment.
import { request } from 'node:http';
import { text } from 'node:stream/consumers';

const DEADLINE_MS = 120_000;
const refuse = (why) => {
  process.stderr.write(`${why}\n`);
  process.exit(1);
};
setTimeout(() => refuse('The factory did not answer in time; nothing was taken.'), DEADLINE_MS).unref();

const updates = (await text(process.stdin))
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => {
    const [old, next, ...ref] = line.split(' ');
    return { old, new: next, ref: ref.join(' ') };
  });
const { FACTORY_GATE_PORT: port, FACTORY_GATE_NONCE: nonce, GIT_QUARANTINE_PATH: quarantine } = process.env;
const body = JSON.stringify({ nonce, quarantine: quarantine ?? null, updates });
const call = request({ host: '127.0.0.1', port, path: '/', method: 'POST', headers: { 'content-type': 'application/json' } }, async (response) => {
  try {
    const answer = JSON.parse(await text(response));
    if (response.statusCode === 200 && answer.accept === true) process.exit(0);
    refuse(['Refused by the factory:', ...(answer.reasons ?? ['no reason was given']).map((reason) => `- ${reason}`)].join('\n'));
  } catch {
    refuse('The factory could not be asked; nothing was taken.');
  }
});
call.on('error', () => refuse('The factory could not be asked; nothing was taken.'));
call.end(body);
