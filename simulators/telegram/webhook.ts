/**
 * Tells updates to an address: within a lane one at a time and in order, a failed one again after a doubling wait or
 * the time that `Retry-After` names (WebhookActor.cpp of tdlib/telegram-bot-api, read 2026-11-21).
 */
import type { SimTime } from '../sim-time.ts';
import type { QueuedUpdate, Updates } from './updates.ts';

type Target = { url: string; secret: string | undefined; maxConnections: number };
type Delivery = { at: number; updateId: number; status: number | undefined };

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
  changed(): void;
}) {
  const { time, updates, routes, changed } = options;
  let target: Target | undefined;
  let lastError: { at: number; message: string } | undefined;
  let open = 0;
  const lanes = new Map<string, QueuedUpdate[]>();
  const busy = new Set<string>();
  const deliveries: Delivery[] = [];
  updates.onArrival((item) => {
    if (target) enqueue(item);
  });

  function enqueue(item: QueuedUpdate): void {
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
      if (item.expiresAt <= time.now()) {
        passed(lane, item);
        continue;
      }
      const { delivery, askedMs } = await tell(target, item);
      const arrived = delivery.status !== undefined && delivery.status >= 200 && delivery.status < 300;
      const pause = arrived
        ? undefined
        : new Promise<void>((resolve) => time.after(askedMs ?? waitMs, async () => resolve()));
      if (arrived) passed(lane, item);
      // Told only when the wait has begun, so that whoever turns the clock on hearing it turns it past that wait.
      deliveries.push(delivery);
      changed();
      await pause;
      waitMs = arrived ? FIRST_WAIT_MS : Math.min(waitMs * 2, LONGEST_WAIT_MS);
    }
    if ((lanes.get(lane) ?? []).length === 0) lanes.delete(lane);
    busy.delete(lane);
    open -= 1;
    if (lanes.size > 0) pump();
  }

  function passed(lane: string, item: QueuedUpdate): void {
    updates.arrivedThere(item);
    lanes.set(lane, (lanes.get(lane) ?? []).slice(1));
  }

  async function tell(
    { url, secret }: Target,
    { update }: QueuedUpdate,
  ): Promise<{ delivery: Delivery; askedMs?: number }> {
    const { origin, pathname, search } = new URL(url);
    const delivery = { at: time.now(), updateId: update.update_id };
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
      const { status, statusText } = answer;
      if (!answer.ok)
        lastError = { at: delivery.at, message: `Wrong response from the webhook: ${status} ${statusText}` };
      const asked = Number(answer.headers.get('retry-after') ?? Number.NaN) * 1000;
      return {
        delivery: { ...delivery, status },
        ...(Number.isFinite(asked) ? { askedMs: Math.min(asked, LONGEST_ASKED_MS) } : {}),
      };
    } catch {
      lastError = { at: delivery.at, message: 'Connection refused' };
      return { delivery: { ...delivery, status: undefined } };
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
