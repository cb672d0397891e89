/** What a look at Discord finds, in words for the operator. */
import { diagnosisOf } from '../../words/doctor/index.ts';
import type { Table } from '../../words/doctor/table.ts';

const TOKEN_WHY = 'Nobody can use the bot there: nothing comes in, and no finished video goes out.';

/** By code. */
export const TABLE = {
  'discord-works': {
    level: 'ok',
    what: 'Discord knows the bot as {who}. Servers that it is in: {servers}. The link for further ones: {link}',
  },
  'discord-token-refused': {
    level: 'broken',
    what: 'Discord refuses DISCORD_TOKEN.',
    why: TOKEN_WHY,
    next: 'In the Developer Portal (discord.com/developers/applications), choose the app, page Bot, press Reset Token, and paste the new one in npm run setup. Application ID, public key and client secret are other things.',
  },
  'discord-unreachable': {
    level: 'broken',
    what: 'Discord can’t be reached: {problem}.',
    why: TOKEN_WHY,
    next: 'Look at the network of this machine, at discordstatus.com, and at DISCORD_API_URL if you have set it.',
  },
  'discord-nowhere': {
    level: 'warning',
    what: 'Discord knows the bot as {who}, but it is in no server.',
    why: 'Nobody can use it yet.',
    next: 'Open this link, choose your server and confirm: {link}',
  },
  'discord-intents': {
    level: 'warning',
    what: 'The privileged intents of {who} are turned on in the Developer Portal ({intents}).',
    why: 'Strut uses none: they only let a stolen token read more, and Discord asks larger bots to justify them.',
    next: 'Developer Portal, page Bot, Privileged Gateway Intents: turn them off.',
  },
  'discord-commands-elsewhere': {
    level: 'broken',
    what: 'Discord sends the commands of {who} to {address}, not here.',
    why: 'What members type is answered by somebody else, or by nobody.',
    next: 'Set DISCORD_INTERACTIONS=gateway in .env (or http, with PUBLIC_URL) and restart; or clear Interactions Endpoint URL in the Developer Portal, page General Information.',
  },
  'discord-logins-used': {
    level: 'warning',
    what: 'Discord lets the bot log in only {left} more times until {until}.',
    why: 'At none, it stays away until then; Discord resets tokens that log in far too often.',
    next: 'Look in the log why it restarts so often, before anything else.',
  },
} as const satisfies Table;

export const diagnosis = diagnosisOf(TABLE);
