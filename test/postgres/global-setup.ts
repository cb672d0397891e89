/** One PostgreSQL for the whole run, started when the first test asks for it: most runs of single files never do. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startPostgres } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where to ask for the address of the server. */
    postgres: string;
  }
}

export default function setup(project: TestProject): () => Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'strut-ask-'));
  const path = join(folder, 'ask');
  let started: ReturnType<typeof startPostgres> | undefined;
  const door = createServer((socket) => {
    started ??= startPostgres();
    started.then(
      ({ url }) => socket.end(url),
      (error: Error) => socket.end(`! ${error.message}`),
    );
  });
  door.listen(path);
  project.provide('postgres', path);
  return async () => {
    door.close();
    rmSync(folder, { recursive: true, force: true });
    await (await started?.catch(() => undefined))?.stop();
  };
}
