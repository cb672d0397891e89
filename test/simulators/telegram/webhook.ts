/**
 * Tells updates to an address: within a lane one at a time and in order, a failed one again after a doubling wait or
 * the time that `Retry-After` names (WebhookActor.cpp of tdlib/telegram-bot-api, read 2026-11-21).
 */
import type { SimTime } from '../sim-time.ts';
import type { Queued, Updates } from './updates.ts';

type Target = { url: string; secret: string | undefined; maxConnections: number };
export type Delivery = { at: number; updateId: number; status: number | undefined };

const ANSWER_MS = 60_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
const LONGEST_ASKED_MS = 3_600_000;

export type Webhook = ReturnType<typeof createWebhook>;

export function createWebhook(options: {
  time: SimTime;
  updates: Updates;
  /** Where an address of the internet is to be found here, by its origin. */
  routes: Map<string, string>;
}) {
  const { time, updates, routes } = options;
  let target: Target | undefined;
  let lastError: { at: number; message: string } | undefined;
  let open = 0;
  const lanes = new Map<string, Queued[]>();
  const busy = new Set<string>();
  const deliveries: Delivery[] = [];
  updates.onArrival((item) => {
    if (target) enqueue(item);
  });

  function enqueue(item: Queued): void {
    lanes.set(item.lane, [...(lanes.get(item.lane) ?? []), item]);
    pump();
  }

  function pump(): void {
    for (const lane of lanes.keys()) {
      if (!target || open >= target.maxConnections) return;
      if (!busy.has(lane)) void runLane(lane);
    }
  }

  async function runLane(lane: string): Promise<void> {
    busy.add(lane);
    open += 1;
    let waitMs = FIRST_WAIT_MS;
    for (;;) {
      const [item] = lanes.get(lane) ?? [];
      if (!target || !item) break;
      const askedMs = item.expiresAt > time.now() ? await tell(target, item) : 'done';
      if (askedMs === 'done') {
        updates.forget(item);
        lanes.set(lane, (lanes.get(lane) ?? []).slice(1));
        waitMs = FIRST_WAIT_MS;
        continue;
      }
      await new Promise<void>((resolve) => time.after(askedMs ?? waitMs, async () => resolve()));
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
    }
    if ((lanes.get(lane) ?? []).length === 0) lanes.delete(lane);
    busy.delete(lane);
    open -= 1;
    if (lanes.size > 0) pump();
  }

  /** `done`, or the milliseconds that the bot asks for; undefined where it asks for none. */
  async function tell({ url, secret }: Target, { update }: Queued): Promise<'done' | number | undefined> {
    const { origin, pathname, search } = new URL(url);
    const at = time.now();
    try {
      const answer = await fetch((routes.get(origin) ?? origin) + pathname + search, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(secret === undefined ? {} : { 'x-telegram-bot-api-secret-token': secret }),
        },
        body: JSON.stringify(update),
        redirect: 'manual',
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      await answer.arrayBuffer();
      deliveries.push({ at, updateId: update.update_id, status: answer.status });
      if (answer.ok) return 'done';
      lastError = { at, message: `Wrong response from the webhook: ${answer.status} ${answer.statusText}` };
      const asked = Number(answer.headers.get('retry-after') ?? Number.NaN) * 1000;
      return Number.isFinite(asked) ? Math.min(asked, LONGEST_ASKED_MS) : undefined;
    } catch {
      deliveries.push({ at, updateId: update.update_id, status: undefined });
      lastError = { at, message: 'Connection refused' };
      return undefined;
    }
  }

  return {
    deliveries,
    set(next: Target) {
      const fresh = target === undefined;
      target = next;
      lastError = undefined;
      if (fresh) for (const item of updates.pending()) enqueue(item);
    },
    remove() {
      target = undefined;
      lanes.clear();
    },
    info: () => ({
      url: target?.url ?? '',
      has_custom_certificate: false,
      pending_update_count: updates.pending().length,
      ...(target ? { max_connections: target.maxConnections } : {}),
      ...(updates.allowed().length > 0 ? { allowed_updates: updates.allowed() } : {}),
      ...(lastError
        ? { last_error_date: Math.floor(lastError.at / 1000), last_error_message: lastError.message }
        : {}),
    }),
  };
}
