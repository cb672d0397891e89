/** What is said of a kill. */
import type { Row } from './board.ts';
import type { Death, Killed } from './kill.ts';

export const nameOf = ({ point, again }: Killed): string => (again ? `${point}, then ${again.point}` : point);

export function rowsOf(ended: readonly Killed[], where: string): Row[] {
  return ended.map((killed) => ({ scenario: scenarioOf(killed), where, tries: 1, what: whatOf(killed) }));
}

/** Of two deaths, the first says what was to be put right; where the second may bring the video twice, it says so. */
function scenarioOf({ again, ...first }: Killed): string {
  const name = scenarioOfOne(first);
  if (!again) return name;
  const second = again.sentUnknown ? scenarioOfOne(again) : 'again while that is taken up';
  return `${name}, then ${second}`;
}

function scenarioOfOne({ at, atProvider, sentUnknown }: Death): string {
  if (sentUnknown) return 'kill -9 between Telegram’s taking the video and the receipt';
  switch (at) {
    case 'nothing':
      return 'kill -9 before what was asked is on disk';
    case 'asked':
      return 'kill -9 while the files are fetched and the price held';
    case 'created':
      return 'kill -9 before the submit';
    case 'submitting':
      return atProvider
        ? 'kill -9 after the submit, before its answer is on disk'
        : 'kill -9 just before the submit is sent';
    case 'queued':
    case 'running':
      return 'kill -9 while it renders, or its video is brought home';
    default:
      return 'kill -9 while the video is handed over';
  }
}

function whatOf({ end, videos, submits }: Killed): string {
  if (end === 'video')
    return videos === 1 ? 'one submit, one bill, the video once' : `one bill, the video ${videos} times`;
  if (end === 'unknown')
    return `${submits === 0 ? 'never sent' : 'sent once'}, not sent again; the member is told so; its price stays aside for the operator`;
  return `${end}, ${submits} submits`;
}
