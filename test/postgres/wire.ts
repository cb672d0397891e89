/** A cable to PostgreSQL that can be cut: then nothing gets through, and neither end is told. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { freshFolder } from '../fakes/folder.ts';

const SOCKET = '.s.PGSQL.5432';

/** For the running test. What was connected when it was cut stays so; `mend` is for what connects afterwards. */
export async function wireTo(url: string): Promise<{ url: string; cut(): void; mend(): void }> {
  const host = new URL(url).searchParams.get('host') ?? '';
  const folder = freshFolder();
  const ends = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    ends.add(near.on('error', () => {}));
    if (isCut) return void near.resume();
    const far = connect(join(host, SOCKET)).on('error', () => {});
    ends.add(far);
    near.pipe(far).pipe(near);
  });
  server.listen(join(folder, SOCKET));
  await once(server, 'listening');
  onTestFinished(() => {
    for (const end of ends) end.destroy();
    server.close();
  });
  return {
    url: url.replace(encodeURIComponent(host), encodeURIComponent(folder)).replace(host, folder),
    cut() {
      isCut = true;
      for (const end of ends) end.unpipe().resume();
    },
    mend() {
      isCut = false;
    },
  };
}
