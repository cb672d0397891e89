/** Time zones to choose from while their names are typed. */
import type { APIApplicationCommandOptionChoice } from 'discord.js';
import type { InboundParts } from '../inbound/parts.ts';
import type { Reader } from '../inbound/readings.ts';

/** Developer docs, interactions/application-commands, 2026-11-21: at most 25 choices. */
const CHOICES = 25;

/** Before anything is typed: one for about each hour around the world. */
const WELL_KNOWN = [
  'UTC',
  'Europe/London',
  'Europe/Berlin',
  'Europe/Athens',
  'Europe/Istanbul',
  'Asia/Dubai',
  'Asia/Karachi',
  'Asia/Kolkata',
  'Asia/Dhaka',
  'Asia/Bangkok',
  'Asia/Shanghai',
  'Asia/Tokyo',
  'Australia/Sydney',
  'Pacific/Auckland',
  'Pacific/Honolulu',
  'America/Anchorage',
  'America/Los_Angeles',
  'America/Denver',
  'America/Chicago',
  'America/New_York',
  'America/Halifax',
  'America/Sao_Paulo',
  'Atlantic/Azores',
];

const ALL = [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])];
const plain = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, ' ');

/** The zone in force first, then those whose names have in them what was typed; each with its time now. */
export function zoneChoices(
  parts: Pick<InboundParts, 'core' | 'clock'>,
  { asker, call }: Reader,
  typed: string,
): APIApplicationCommandOptionChoice<string>[] {
  const inForce = parts.core.settings.of(call.requester.spaceId).timeZone;
  const text = plain(typed);
  const fitting = text === '' ? [inForce, ...WELL_KNOWN] : ALL.filter((zone) => plain(zone).includes(text));
  const now = parts.clock.now();
  return [...new Set(fitting)]
    .slice(0, CHOICES)
    .map((zone) => ({ name: `${zone} (${timeIn(zone, asker.target.locale, now)})`, value: zone }));
}

const timeIn = (timeZone: string, locale: string, now: number): string =>
  new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', timeZone }).format(now);
