/** The providers in use: who may get new jobs now, who is switched off for a while, and why. */

import type { Bus } from '../bus.ts';
import type { Health } from '../health.ts';
import type { Clock, Provider, ProviderTrouble } from '../ports.ts';
import type { ProviderHealth } from './provider-health.ts';

/** Long enough not to run into the same wall with every job, short enough that a top-up soon works. */
const OFF_FOR_MS = 10 * 60_000;
/** What only has to be switched on may be there again at any moment. */
const UNREACHABLE_FOR_MS = 60_000;

type ClosedReason = 'no-way-to-host-files' | 'provider-down';

export type ProviderRegistry = {
  /** Those that may get new jobs, in the operator's order. */
  open(): readonly Provider[];
  /** Every one that is configured, also one that gets no jobs now. */
  all(): readonly Provider[];
  /** The ids of those that a space's admins choose among, in the operator's order. */
  hosted(): readonly string[];
  /** Any of those configured, also one that is switched off: its jobs under way go on. */
  find(id: string): Provider | undefined;
  /** Why one that could have done it is not open. */
  closed(could: (provider: Provider) => boolean): ClosedReason | undefined;
  /** Smaller is better lately; decides between equal prices. */
  rank(id: string): number;
  /** What only the operator can put right switches a provider off for a while; undefined switches it on again. */
  trouble(id: string, trouble: ProviderTrouble | undefined): void;
};

/** `noWayToHostFiles`: it can't get at our files; says what the operator could do about it. */
export type ProviderEntry = { provider: Provider; noWayToHostFiles?: string };

export type ProviderRegistryParts = {
  entries: readonly ProviderEntry[];
  providerHealth: ProviderHealth;
  clock: Clock;
  health: Health;
  /** Over which other processes hear of trouble, so that they need not run into the same wall. */
  bus?: Bus | undefined;
};

const TOPIC = 'provider-trouble';

export function createProviderRegistry({
  entries,
  providerHealth,
  clock,
  health,
  bus,
}: ProviderRegistryParts): ProviderRegistry {
  const offUntil = new Map<string, number>();
  const isOff = (id: string): boolean => (offUntil.get(id) ?? 0) > clock.now();
  const isOpen = ({ provider, noWayToHostFiles }: ProviderEntry): boolean =>
    !noWayToHostFiles && !provider.unusable && !isOff(provider.id);

  /** How it stands while it has no trouble. */
  const tellUsual = (id: string): void => {
    const entry = entries.find(({ provider }) => provider.id === id);
    const reason = entry?.provider.unusable ?? entry?.noWayToHostFiles ?? entry?.provider.mistake;
    health.set(id, reason ? { state: 'degraded', reason } : { state: 'ok' });
  };
  for (const { provider } of entries) tellUsual(provider.id);

  /** False where it is no news. */
  function note(id: string, kind: ProviderTrouble['kind'] | undefined): boolean {
    if (!kind) {
      const wasOff = offUntil.delete(id);
      if (wasOff) tellUsual(id);
      return wasOff;
    }
    const isAway = kind === 'unreachable';
    offUntil.set(id, clock.now() + (isAway ? UNREACHABLE_FOR_MS : OFF_FOR_MS));
    const howLong = isAway ? 'a minute' : 'ten minutes';
    const reason = `${WORDS[kind]}: no new jobs for ${howLong} at a time`;
    health.set(id, { state: 'degraded', reason, trouble: kind });
    return true;
  }

  bus?.subscribe(TOPIC, (payload, origin) => {
    const [, kind = '', id = ''] = NOTE.exec(payload) ?? [];
    const isOurs = entries.some(({ provider }) => provider.id === id);
    if (origin === 'elsewhere' && isOurs && (isKind(kind) || kind === OVER))
      note(id, isKind(kind) ? kind : undefined);
  });

  return {
    open: () => entries.filter(isOpen).map(({ provider }) => provider),
    all: () => entries.map(({ provider }) => provider),
    hosted: () => entries.map(({ provider }) => provider.id).filter((id) => id !== 'local'),
    find: (id) => entries.find(({ provider }) => provider.id === id)?.provider,
    closed(could) {
      const shut = entries.filter((entry) => !isOpen(entry) && could(entry.provider));
      if (shut.some(({ provider }) => provider.unusable || isOff(provider.id))) return 'provider-down';
      return shut.length > 0 ? 'no-way-to-host-files' : undefined;
    },
    rank: providerHealth.rank,
    trouble(id, trouble) {
      if (note(id, trouble?.kind)) bus?.publish(TOPIC, `${trouble?.kind ?? OVER} ${id}`);
    },
  };
}

const OVER = 'over';
const NOTE = /^(\S+) (.+)$/s;
const isKind = (text: string): text is ProviderTrouble['kind'] => Object.hasOwn(WORDS, text);

const WORDS = {
  'out-of-balance': 'its account is out of balance, top it up',
  'bad-key': 'it refuses the key, check it',
  'endpoint-gone': 'its model is gone',
  unreachable: 'nothing answers at its address, is it running?',
  'bad-workflow': 'it can’t run the workflow, the log says why',
} satisfies Record<ProviderTrouble['kind'], string>;
