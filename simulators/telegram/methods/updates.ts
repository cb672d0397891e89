/** How the bot gets its updates: it asks, or it is told at an address. */
import { z } from 'zod';
import { badRequest, conflict } from '../errors.ts';
import { method } from '../method.ts';
import { bool, int } from '../params.ts';

const allowed_updates = z.array(z.string()).optional();

export const getUpdates = method(
  z.strictObject({
    offset: int.optional(),
    limit: int.optional(),
    timeout: int.optional(),
    allowed_updates,
  }),
  (sim, { offset = 0, limit = 100, timeout = 0, allowed_updates }, { signal }) => {
    if (sim.webhook.info().url !== '')
      throw conflict(
        "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
      );
    sim.updates.allow(allowed_updates);
    return sim.updates.poll(
      {
        offset,
        limit: limit < 1 || limit > 100 ? 100 : limit,
        timeout: Math.min(50, Math.max(0, timeout)),
      },
      signal,
    );
  },
);

export const setWebhook = method(
  z.strictObject({
    url: z.string(),
    ip_address: z.string().optional(),
    max_connections: int.optional(),
    allowed_updates,
    drop_pending_updates: bool.optional(),
    secret_token: z.string().optional(),
    certificate: z.string().optional(),
  }),
  (sim, params) => {
    const { url, secret_token, max_connections = 40 } = params;
    if (params.drop_pending_updates) sim.updates.clear();
    if (url === '') {
      sim.webhook.remove();
      return true;
    }
    if (!URL.canParse(url)) throw badRequest('bad webhook: invalid webhook URL specified');
    const { protocol, port } = new URL(url);
    if (protocol !== 'https:' && !sim.settings.local)
      throw badRequest('bad webhook: An HTTPS URL must be provided for webhook');
    if (!['', '80', '88', '443', '8443'].includes(port) && !sim.settings.local)
      throw badRequest('bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443');
    if (secret_token !== undefined && !/^[A-Za-z0-9_-]{1,256}$/.test(secret_token))
      throw badRequest('secret token contains unallowed characters');
    const most = sim.settings.local ? 100_000 : 100;
    if (max_connections < 1 || max_connections > most)
      throw badRequest(`max_connections must be between 1 and ${most}`);
    sim.updates.allow(params.allowed_updates);
    sim.updates.interrupt('terminated by setWebhook request');
    sim.webhook.set({ url, secret: secret_token, maxConnections: max_connections });
    return true;
  },
);

export const deleteWebhook = method(
  z.strictObject({ drop_pending_updates: bool.optional() }),
  (sim, params) => {
    if (params.drop_pending_updates) sim.updates.clear();
    sim.webhook.remove();
    return true;
  },
);

export const getWebhookInfo = method(z.strictObject({}), (sim) => sim.webhook.info());
