/** What the admins of a chat can say and press, beside what every member can. */
import type { Api } from 'grammy';
import type { Command, Core } from '../../../core/command.ts';
import type { Files, Shelf } from '../../../core/ports.ts';
import type { Deed } from '../inbound/pressed.ts';
import type { Said } from '../inbound/records.ts';
import type { Talk } from '../inbound/talk.ts';
import type { Who } from '../inbound/who.ts';
import type { Outbound } from '../outbound/index.ts';
import type { Body } from '../views.ts';
import { type ApprovalNotes, approvalDeeds } from './approvals.ts';
import { PANEL_VERBS } from './panel.ts';
import type { People } from './people.ts';
import { createSettingsAnswers } from './settings.ts';
import { createUsageAnswers } from './usage.ts';

export type AdminParts = {
  api: Api;
  shelf: Shelf;
  files: Files;
  people: People;
  notes: ApprovalNotes;
  who: Who;
  talk: Talk;
  sayWith: Outbound['sayWith'];
  commands: Readonly<Record<'settings' | 'usage', Command>>;
};

/** What the buttons of requests, of the panel and of reports do. */
export const ADMIN_VERBS = [
  'ask',
  'approve',
  'refuse',
  PANEL_VERBS.known,
  PANEL_VERBS.anonymous,
  'usage-csv',
] as const;

export type Admin = {
  /** By the command's name: what is answered; undefined where it was said already. */
  answers: ReadonlyMap<string, (said: Said, core: Core) => Promise<Body | undefined>>;
  deeds: Readonly<Record<(typeof ADMIN_VERBS)[number], Deed>>;
};

export function createAdmin({ commands, ...parts }: AdminParts): Admin {
  const settings = createSettingsAnswers({ ...parts, settings: commands.settings });
  const usage = createUsageAnswers({ ...parts, usage: commands.usage });
  return {
    answers: new Map<string, (said: Said, core: Core) => Promise<Body | undefined>>([
      ['settings', settings.answer],
      ['usage', usage.answer],
    ]),
    deeds: {
      ...approvalDeeds(parts),
      [PANEL_VERBS.known]: settings.pressed.known,
      [PANEL_VERBS.anonymous]: settings.pressed.anonymous,
      'usage-csv': usage.csv,
    },
  };
}
