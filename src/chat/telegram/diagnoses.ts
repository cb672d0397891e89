/** What a look at Telegram finds, in words for the operator. */
import { diagnosisOf } from '../../words/doctor/index.ts';
import type { Table } from '../../words/doctor/table.ts';

const TOKEN_WHY = 'Nobody can use the bot there: nothing comes in, and no finished video goes out.';

/** By code. */
export const TABLE = {
  'telegram-works': {
    level: 'ok',
    what: 'Telegram knows the bot as {who}, and privacy mode is off: it sees every message of its groups.',
  },
  'telegram-inline': {
    level: 'ok',
    what: 'Inline mode is on: {who} and a few letters, in any chat with the bot, offer members their own motions.',
  },
  'telegram-token-refused': {
    level: 'broken',
    what: 'Telegram does not know TELEGRAM_BOT_TOKEN.',
    why: TOKEN_WHY,
    next: 'Send /token to @BotFather, choose the bot, and paste what it answers in npm run setup (like 7000000001:AAH…, with the number and the colon).',
  },
  'telegram-unreachable': {
    level: 'broken',
    what: 'Telegram can’t be reached: {problem}.',
    why: TOKEN_WHY,
    next: 'Look at the network of this machine, and at TELEGRAM_API_URL if you have set it.',
  },
  'telegram-privacy': {
    level: 'warning',
    what: 'Telegram knows the bot as {who}; it is in privacy mode.',
    why: 'In groups it sees only commands that name it and replies to it: no albums with the caption /animate, no mentions.',
    next: 'If that is not enough: send /setprivacy to @BotFather, choose the bot, Disable; then remove the bot from the group and add it again. Or make it an admin there.',
  },
  'telegram-groups-closed': {
    level: 'warning',
    what: '{who} can’t be added to groups.',
    why: 'It can only be used in private.',
    next: 'Send /setjoingroups to @BotFather, choose the bot, Enable.',
  },
  'telegram-second-poller': {
    level: 'broken',
    what: 'Another program fetches the updates of {who} with the same token.',
    why: 'Each message goes to one of the two: half of what members send is lost to the other.',
    next: 'Stop the other program (an older Strut, a test, another machine). If you don’t know it, send /revoke to @BotFather, which makes a new token, and paste that in npm run setup.',
  },
  'telegram-webhook-stale': {
    level: 'broken',
    what: 'Telegram tells the updates of {who} to {address}, not here.',
    why: 'Nothing that members send arrives here.',
    next: 'If that is another program of yours, stop it or give it a bot of its own. Then start Strut, which takes the address over.',
  },
  'telegram-webhook-failing': {
    level: 'warning',
    what: 'Telegram can’t tell us its updates: {problem}. {pending} wait.',
    why: 'What members send comes late or never.',
    next: 'See that {address} leads to this machine from the internet, with a good certificate, and that the proxy hands /hooks/ on.',
  },
} as const satisfies Table;

export const diagnosis = diagnosisOf(TABLE);
