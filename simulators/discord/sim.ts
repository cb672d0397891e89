/** The parts of one running Discord, handed to each rule that needs them. */
import type { SimTime } from '../sim-time.ts';
import type { Cdn } from './cdn.ts';
import type { Gateway } from './gateway.ts';
import type { Ids } from './ids.ts';
import type { SimInteraction } from './interactions.ts';
import type { Limits } from './limits.ts';
import type { Command } from './schema/command.ts';
import type { Settings } from './settings.ts';
import type { WebPage } from './unfurl.ts';
import type { SimUser, World } from './world.ts';

export type RegisteredCommand = Command & { id: string; version: string; guildId?: string };

export type Sim = {
  world: World;
  ids: Ids;
  time: SimTime;
  settings: Settings;
  cdn: Cdn;
  /** What there is outside of Discord, by link. */
  web: Map<string, WebPage>;
  limits: Limits;
  gateway: Gateway;
  commands: RegisteredCommand[];
  /** By token. */
  interactions: Map<string, SimInteraction>;
  /** Checks a body by the official description too, where there is one. */
  official(method: string, path: string, body: unknown): void;
  /** Something that a test or the page may wait for has changed. */
  changed(): void;
};

export const userJson = (user: SimUser) => ({
  id: user.id,
  username: user.username,
  global_name: user.bot ? null : user.globalName,
  discriminator: '0',
  avatar: null,
  bot: user.bot,
  primary_guild: null,
  system: false,
  public_flags: 0,
  flags: 0,
});
