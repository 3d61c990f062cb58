// The thread's first file: a thread knows no TypeScript before this.
import { register } from 'tsx/esm/api';

register();
await import('./worker.ts');
