/** The log: lines that a person reads, with nothing in them that a stranger could use. */
import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';

/** Fields that hold secrets wherever they turn up. */
const SECRET_FIELDS = ['authorization', 'cookie', 'password', 'token', 'key', 'secret'];

export function createLog(level: string): Logger {
  const paths = SECRET_FIELDS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  // Written at once: the last lines before a crash are the ones that matter.
  const stream = pretty({
    colorize: process.stdout.isTTY,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss',
    sync: true,
  });
  return pino({ level, redact: { paths, censor: '[hidden]' } }, stream);
}
