/** How the bot stands, for the page and for scripts. */
import { Hono } from 'hono';
import type { Core } from '../core/command.ts';
import type { Health } from '../core/health.ts';
import { MAX_UPLOAD_BYTES } from '../core/intake/uploads.ts';
import type { Quality } from '../core/job/job.ts';
import type { Clock, Scheduler } from '../core/ports.ts';
import type { ProviderHealth } from '../core/price/provider-health.ts';
import type { Processes } from '../core/processes.ts';
import type { StatusView } from './page/contract.ts';
import { presentModel, presentProviderStats } from './present.ts';
import { presentProcesses } from './present-processes.ts';

export type StatusParts = {
  core: Pick<Core, 'models'>;
  health: Health;
  providerHealth: Pick<ProviderHealth, 'of'>;
  /** By the chat's name, where its bot can be added; read anew each time. */
  invites?: Readonly<Record<string, string>>;
  version: string;
  clock: Clock;
  /** Those that share the work, and what waits for them; missing where there is one. */
  processes?: Pick<Processes, 'alive'> | undefined;
  queues?: Scheduler['queues'] | undefined;
  /** Those that the bot knows, on or off: what each is called, and the setting that turns it on. */
  providers: readonly { id: string; name: string; key: string }[];
  chats: readonly { platform: string; name: string }[];
  qualities: readonly Quality[];
  defaultQuality: Quality;
};

export function statusRoute(parts: StatusParts, spaceId: string): Hono {
  const app = new Hono();
  app.get('/status', async (c) => {
    const models = await parts.core.models.list(spaceId);
    return c.json({
      version: parts.version,
      qualities: [...parts.qualities],
      defaultQuality: parts.defaultQuality,
      models: models.length > 1 ? models.map(presentModel) : [],
      limits: { imageBytes: MAX_UPLOAD_BYTES.image, clipBytes: MAX_UPLOAD_BYTES.clip },
      components: parts.health.all().map((component) => {
        const weather = presentProviderStats(parts.providerHealth.of(component.name));
        const provider = parts.providers.find(({ id }) => id === component.name);
        const chat = parts.chats.find(({ platform }) => platform === component.name);
        return {
          ...component,
          ...(chat ? { label: chat.name } : {}),
          ...(provider ? { kind: 'provider' as const, label: provider.name, setting: provider.key } : {}),
          ...(weather ? { weather } : {}),
        };
      }),
      ...(parts.invites ? { links: parts.invites } : {}),
      ...(await presentProcesses(parts)),
    } satisfies StatusView);
  });
  return app;
}
