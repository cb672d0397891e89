/** What is kept of members, for everybody to read: the address that the chats want a bot to name. */
import type { Context } from 'hono';
import { LOCALES, wordsFor } from '../words/index.ts';
import { privacyLines } from '../words/privacy.ts';

/** In the reader's own language, or in that of `?lang=`. */
export function privacyPage(c: Context, providers: readonly string[]): Response {
  const words = wordsFor(c.req.query('lang') ?? languageOf(c.req.header('accept-language')));
  const title = escaped(words.t('privacy.title'));
  const others = LOCALES.map((locale) => `<a href="?lang=${locale}" lang="${locale}">${locale}</a>`);
  const lines = privacyLines(words, { providers }).map((line) => `<p>${escaped(line)}</p>`);
  c.header('cache-control', 'public, max-age=3600');
  c.header('vary', 'accept-language');
  return c.html(
    `<!doctype html>
<html lang="${words.language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title></head>
<body><main><h1>${title}</h1>
${lines.join('\n')}
</main><nav>${others.join(' ')}</nav></body>
</html>
`,
  );
}

/** The one that a browser wants first. */
const languageOf = (accepted = ''): string | undefined => accepted.split(/[,;]/)[0]?.trim() || undefined;

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (letter) => ESCAPES[letter] ?? letter);
