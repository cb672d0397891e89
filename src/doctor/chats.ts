/** Each chat that is turned on, and what the running bot says of its parts. */
import { CHATS } from '../chat/catalog.ts';
import type { Diagnosis } from '../core/diagnosis.ts';
import { PROVIDERS } from '../providers/catalog.ts';
import { diagnosis } from '../words/doctor/index.ts';
import { partName } from '../words/doctor/parts.ts';
import type { Check, Patient } from './patient.ts';

const NAMED: ReadonlyMap<string, string> = new Map([
  ...CHATS.map(({ platform, name }) => [platform, name] as const),
  ...PROVIDERS.map(({ id, name }) => [id, name] as const),
]);

/** Of a part of the running bot, for who is no programmer. */
export const labelOf = (id: string): string => partName(id, NAMED);

export const chats: Check = {
  name: 'the chats',
  async look({ config, isRunning, listenMs, signal }) {
    const on = CHATS.filter(({ key }) => config[key]);
    if (on.length === 0) return [diagnosis('chat-none', {})];
    const deps = { publicUrl: config.PUBLIC_URL, isRunning, listenMs, signal };
    return (await Promise.all(on.map((chat) => chat.inspect(config, deps)))).flat();
  },
};

/** What it knows of its own connections; those of others are looked at by the other checks. */
export const parts: Check = {
  name: 'the running bot',
  look: async (patient) => troubled(patient),
};

function troubled({ parts: known = [], config }: Patient): Diagnosis[] {
  return known.flatMap(({ name, state, reason = '', finding }) => {
    if (finding) return [finding];
    const chat = CHATS.find(({ platform }) => platform === name);
    const values = { name: labelOf(name), reason };
    // What is off because nobody turned it on is no trouble.
    if (state === 'off') return chat && config[chat.key] ? [diagnosis('chat-off', values, name)] : [];
    return state === 'degraded' ? [diagnosis('part-troubled', values, name)] : [];
  });
}
