/** What the operator reads of Discord: whether the gateway stands, and by which way commands come. */
import type { ComponentState, Health } from '../../core/health.ts';
import type { Log } from '../../core/ports.ts';

/** Where Discord sends commands now: by the gateway, over HTTP to us, or over HTTP to another address. */
export type Way = { kind: 'gateway' } | { kind: 'http'; url: string } | { kind: 'elsewhere'; url: string };

export type Standing = {
  gateway(state: ComponentState): void;
  /** `trouble`: why it is not the way that the operator wants. */
  commands(way: Way, trouble?: string): void;
};

export function createStanding({ health, log }: { health: Health; log: Log }): Standing {
  let gateway: ComponentState = { state: 'degraded', reason: 'connecting' };
  let commands: { way: Way; trouble?: string | undefined } | undefined;
  let said = '';

  const tell = (): void => health.set('discord', stateOf(gateway, commands));

  return {
    gateway(state) {
      gateway = state;
      tell();
    },
    commands(way, trouble) {
      commands = { way, trouble };
      tell();
      const line = trouble ? `${inWords(way)}. ${trouble}` : inWords(way);
      if (line === said) return;
      said = line;
      log[trouble || way.kind === 'elsewhere' ? 'warn' : 'info']({}, `discord: ${line}`);
    },
  };
}

function stateOf(
  gateway: ComponentState,
  commands: { way: Way; trouble?: string | undefined } | undefined,
): ComponentState {
  if (!commands || gateway.state === 'off') return gateway;
  const { way, trouble } = commands;
  const ways = inWords(way);
  if (trouble || way.kind === 'elsewhere')
    return { state: 'degraded', reason: trouble ? `${ways}. ${trouble}` : ways };
  if (gateway.state === 'ok') return { state: 'ok', reason: ways };
  return way.kind === 'http'
    ? { state: 'degraded', reason: `${ways}; mentions do not come: ${gateway.reason}` }
    : gateway;
}

function inWords(way: Way): string {
  switch (way.kind) {
    case 'gateway':
      return 'commands come by the gateway';
    case 'http':
      return `commands come over HTTP, at ${way.url}`;
    case 'elsewhere':
      // The rest of an address that is not ours may hold a secret.
      return `Discord sends commands to ${new URL(way.url).origin}, not here: set DISCORD_INTERACTIONS to say where they shall come`;
  }
}
