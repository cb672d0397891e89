/** How the bot does just now, in lines; for operators, with what an examination found. */
import type { Status } from '../core/status.ts';
import { findingLine } from './doctor/alarm.ts';
import { providerName } from './facts.ts';
import type { Words } from './index.ts';

/** A message has room for so many; the page has them all. */
const FINDINGS_SHOWN = 8;

export function statusLines(words: Words, { providers, found }: Status): string[] {
  return [...forMembers(words, providers), ...(found ? ['', ...forOperators(found.found)] : [])];
}

function forMembers(words: Words, providers: Status['providers']): string[] {
  const { t, duration } = words;
  if (providers.length === 0) return [t('status.drafts')];
  const troubled = providers.filter(({ works }) => !works);
  const news =
    troubled.length === 0
      ? [t('status.well'), t('status.yours')]
      : [
          ...troubled.map(({ id }) => t('status.trouble', { provider: providerName(words, id) })),
          troubled.length === providers.length ? t('status.none') : t('status.others'),
        ];
  const times = providers.flatMap(({ id, usualMs }) =>
    usualMs === undefined
      ? []
      : [t('status.usually', { provider: providerName(words, id), time: duration(usualMs) })],
  );
  return [...news, ...times];
}

/** English, like the log: it is what `npm run doctor` says. */
function forOperators(found: NonNullable<Status['found']>['found']): string[] {
  const wrong = found.filter(({ level }) => level !== 'ok');
  if (wrong.length === 0) return ['Health: all is well.'];
  const left = wrong.length - FINDINGS_SHOWN;
  return [
    'Health',
    ...wrong.slice(0, FINDINGS_SHOWN).map(findingLine),
    ...(left > 0 ? [`And ${left} more: on the page under Health, or npm run doctor.`] : []),
  ];
}
