/** Of the chats and the providers. */
import type { Table } from './table.ts';

export const SERVICES = {
  'chat-none': {
    level: 'ok',
    what: 'No chat is turned on: the page alone can be used.',
  },
  'part-troubled': {
    level: 'warning',
    what: 'In trouble: {name} ({reason}).',
    why: 'The running bot says so.',
    next: 'Do what it says; the log tells more.',
  },
  'chat-off': {
    level: 'broken',
    what: '{name} is off: {reason}.',
    why: 'Nobody can use the bot there until it is mended and the bot restarted.',
    next: 'Mend what it says, then restart the bot.',
  },
  'provider-works': { level: 'ok', what: '{name} accepts {setting}{balance}{price}.' },
  'provider-unasked': {
    level: 'ok',
    what: '{name} is set up{price}; it has no free call that would try the key.',
  },
  'provider-key-refused': {
    level: 'broken',
    what: '{name} refuses its key. {said}',
    why: 'It gets no jobs; where it is the only one, nobody can render.',
    next: 'Make a new key in its console and paste it in npm run setup ({setting}).',
  },
  'provider-no-balance': {
    level: 'broken',
    what: 'The account at {name} is empty. {said}',
    why: 'It takes no more jobs.',
    next: 'Top it up in its console. Strut tries again every ten minutes by itself.',
  },
  'provider-low-balance': {
    level: 'warning',
    what: 'The account at {name} has {balance} left.',
    why: 'That is less than a clip of {seconds} seconds costs ten times.',
    next: 'Top it up in its console, or turn on automatic top-up there.',
  },
  'provider-model-gone': {
    level: 'broken',
    what: '{name} does not offer its model any more. {said}',
    why: 'It gets no jobs.',
    next: 'Update Strut; until then leave it out with PROVIDERS.',
  },
  'provider-unreachable': {
    level: 'broken',
    what: '{name} can’t be reached: {problem}.',
    why: 'It gets no jobs; where it is the only one, nobody can render.',
    next: 'Look at the network of this machine and at the provider’s status page; at {address}, if you have set it.',
  },
  'provider-workflow': {
    level: 'broken',
    what: '{name} can’t run the workflow. {said}',
    why: 'It gets no jobs.',
    next: 'Do what it says; docs/comfyui.md has it step by step.',
  },
  'provider-unusable': {
    level: 'broken',
    what: '{name} can’t be used: {reason}.',
    why: 'It gets no jobs.',
    next: 'Do what it says in .env, or in npm run setup, and restart.',
  },
  'provider-mistake': {
    level: 'warning',
    what: '{name}: {reason}.',
    why: 'What can’t be read is not offered; the rest of it is.',
    next: 'Correct it in .env and restart.',
  },
  'provider-files': {
    level: 'broken',
    what: '{name} can’t get at pictures and clips: {reason}.',
    why: 'It gets no jobs.',
    next: 'Set PUBLIC_URL or {keys} in npm run setup.',
  },
  'provider-failing': {
    level: 'warning',
    what: '{name} failed {failed} of its last {ended} jobs; the last time: {reason}.',
    why: 'Members wait in vain, and the next provider is asked only once it says no by itself.',
    next: 'Look at its status page; leave it out with PROVIDERS or /settings providers until it is well.',
  },
  'provider-none': {
    level: 'ok',
    what: 'No provider is turned on: this machine makes free drafts, and no real renders.',
  },
} as const satisfies Table;
