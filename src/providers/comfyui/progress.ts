/** How far a prompt is, from what ComfyUI says of it on the socket of its client. Nothing hangs on it. */
import { z } from 'zod';
import { parseJson } from '../http.ts';
import type { Graph } from './wire.ts';
import { sourcesOf } from './workflow.ts';

const steps = z.object({ node: z.coerce.string(), value: z.number(), max: z.number().positive() });
const said = z.discriminatedUnion('type', [
  z.object({ type: z.literal('execution_cached'), data: z.object({ nodes: z.array(z.coerce.string()) }) }),
  z.object({ type: z.literal('executing'), data: z.object({ node: z.coerce.string() }) }),
  z.object({ type: z.literal('executed'), data: z.object({ node: z.coerce.string() }) }),
  z.object({ type: z.literal('progress'), data: steps }),
  z.object({
    type: z.literal('progress_state'),
    data: z.object({
      nodes: z.record(
        z.string(),
        z.object({ state: z.string(), value: z.number(), max: z.number().positive() }),
      ),
    }),
  }),
]);

/** A step of sampling takes about as long as so many whole nodes of any other kind. */
const STEP_WEIGHT = 10;

type Meter = { hear(text: string): void; share(): number };

/** It only grows. What is not known to be said is not heard. */
function createMeter(graph: Graph): Meter {
  const weights = new Map(
    Object.entries(graph).map(([id, { inputs }]) => [
      id,
      typeof inputs.steps === 'number' && inputs.steps > 0 ? inputs.steps * STEP_WEIGHT : 1,
    ]),
  );
  const whole = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  /** The part of each that is done. */
  const done = new Map<string, number>();
  const note = (id: string, part: number): void => {
    if (weights.has(id)) done.set(id, Math.min(1, Math.max(done.get(id) ?? 0, part)));
  };
  /** Whatever a node is made from has been made. */
  const begun = (id: string): void => {
    for (const source of sourcesOf(graph, id)) note(source, source === id ? 0 : 1);
  };

  return {
    hear(text) {
      const event = said.safeParse(parseJson(text)).data;
      switch (event?.type) {
        case 'execution_cached':
          for (const id of event.data.nodes) note(id, 1);
          return;
        case 'executing':
          return begun(event.data.node);
        case 'executed':
          return note(event.data.node, 1);
        case 'progress':
          begun(event.data.node);
          return note(event.data.node, event.data.value / event.data.max);
        case 'progress_state':
          for (const [id, { state, value, max }] of Object.entries(event.data.nodes))
            note(id, state === 'finished' ? 1 : value / max);
      }
    },
    share() {
      let sum = 0;
      for (const [id, part] of done) sum += part * (weights.get(id) ?? 0);
      return Math.floor((100 * sum) / whole) / 100;
    },
  };
}

export type Progress = {
  /** How far it is, as far as was heard; listens from now on. */
  of(promptId: string, graph: Graph): number | undefined;
  /** There is nothing more to hear of it. */
  drop(promptId: string): void;
  stop(): void;
};

/** Each prompt has a client, and so a socket, of its own: what is said of it goes nowhere else. */
export function createProgress(url: string): Progress {
  const heard = new Map<string, { meter: Meter; socket: WebSocket }>();

  function listen(promptId: string, meter: Meter): void {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws?clientId=${promptId}`);
    heard.set(promptId, { meter, socket });
    // Previews come as bytes.
    socket.addEventListener('message', ({ data }) => {
      if (typeof data === 'string') meter.hear(data);
    });
    socket.addEventListener('error', () => {});
  }

  function drop(promptId: string): void {
    heard.get(promptId)?.socket.close();
    heard.delete(promptId);
  }

  return {
    of(promptId, graph) {
      const known = heard.get(promptId);
      if (!known) listen(promptId, createMeter(graph));
      // One that broke is opened anew at the next look.
      else if (known.socket.readyState > WebSocket.OPEN) listen(promptId, known.meter);
      const share = known?.meter.share() ?? 0;
      return share > 0 ? share : undefined;
    },
    drop,
    stop: () => [...heard.keys()].forEach(drop),
  };
}
