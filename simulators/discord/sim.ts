/** The parts of one running Discord, handed to each rule that needs them. */
import type { SimTime } from '../sim-time.ts';
import type { Cdn, WebPage } from './cdn.ts';
import type { Endpoint } from './endpoint.ts';
import type { Gateway } from './gateway.ts';
import type { Ids } from './ids.ts';
import type { Limits } from './limits.ts';
import type { Command } from './schema/command.ts';
import type { Settings } from './settings.ts';
import type { SimInteraction, World } from './world.ts';

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
  endpoint: Endpoint;
  commands: RegisteredCommand[];
  /** By token. */
  interactions: Map<string, SimInteraction>;
  /** Checks a body by the official description too, where there is one. */
  official(method: string, path: string, body: unknown): void;
  /** Something that a test or the page may wait for has changed. */
  changed(): void;
};
