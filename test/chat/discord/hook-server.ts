/** The routes that the internet may open, with Discord's own, as a simulated Discord finds them under the public name. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { HOOK_PATH } from '../../../src/chat/discord/hook.ts';
import type { ChatHook } from '../../../src/core/chat-port.ts';
import { createLinks } from '../../../src/http/links.ts';
import { publicRoutes } from '../../../src/http/public.ts';
import { fakeFiles } from '../../fakes/files.ts';

export const PUBLIC_URL = 'https://strut.example';

/** `hook`: of whichever process lives now, if one does. */
export async function serveHook(hook: () => ChatHook | undefined) {
  const clock = { now: Date.now };
  const app = publicRoutes({
    publicUrl: PUBLIC_URL,
    links: createLinks({ publicUrl: PUBLIC_URL, secretKey: 'a secret of ours', clock }),
    files: fakeFiles(),
    takeWebhook: async () => 'refused',
    takedown: { hidesFile: async () => false, state: async () => ({ ok: true, value: 'taken' }) },
    clock,
    chatHooks: [
      {
        path: HOOK_PATH,
        knows: (headers) => hook()?.knows(headers) ?? false,
        take: async (headers, body) => (await hook()?.take(headers, body)) ?? { status: 503 },
      },
    ],
  });
  const server = createServer(getRequestListener(app.fetch));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
