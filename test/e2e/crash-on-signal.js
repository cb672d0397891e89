/** Loaded into the bot by a test: what no line of ours catches, with all that is secret in it. */
import { writeFileSync } from 'node:fs';

const { PID_FILE = '', ...env } = process.env;
writeFileSync(PID_FILE, String(process.pid));

function error() {
  const inner = Object.assign(new Error(`inner ${env.RUNPOD_API_KEY}`), { headers: { a: env.FAL_KEY } });
  return Object.assign(new Error(`crash ${env.DISCORD_TOKEN} ${env.PAGE_PASSWORD}`, { cause: inner }), {
    requestBody: { json: env.SECRET_KEY },
    url: `https://api.telegram.org/bot${env.TELEGRAM_BOT_TOKEN}/getMe?k=${encodeURIComponent(env.FAL_KEY ?? '')}`,
  });
}

process.on('SIGUSR2', () => {
  process.emitWarning(`deprecated ${env.RUNCOMFY_API_TOKEN}`);
  setTimeout(() => {
    throw error();
  }, 50);
});
process.on('SIGWINCH', () => void Promise.reject(error()));
