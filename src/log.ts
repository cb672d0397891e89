/** The log: lines that a person reads, with nothing in them that a stranger could use. */
import { Writable } from 'node:stream';
import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import type { Scrub } from './scrub.ts';

/** Fields that hold secrets wherever they turn up. */
const SECRET_FIELDS = ['authorization', 'cookie', 'password', 'token', 'key', 'secret'];

/** Each line goes through `scrub` as the last thing before it leaves, whatever it was made of. */
export function createLog(level: string, scrub: Scrub): Logger {
  const paths = SECRET_FIELDS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  // Written at once: the last lines before a crash are the ones that matter.
  const out = pino.destination({ dest: 1, sync: true });
  const stream = pretty({
    colorize: process.stdout.isTTY,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss',
    destination: new Writable({
      write(chunk, _encoding, done) {
        out.write(scrub(String(chunk)));
        done();
      },
    }),
  });
  return pino({ level, redact: { paths, censor: '[hidden]' } }, stream);
}

/**
 * What nobody caught is logged and ends the process: the record is on disk, a restart goes on from there. Node's own
 * print of it, and of its warnings, would not go through the log.
 */
export function logTheUncaught(log: Logger): void {
  const die = (reason: unknown): never => {
    log.fatal({ err: reason instanceof Error ? reason : new Error(String(reason)) }, 'nobody caught this');
    process.exit(1);
  };
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => log.warn(`${name}: ${message}`));
}
