/** How to write something, in letters that a tap copies and that Telegram makes no mention of. */
import type { Words } from '../../../words/index.ts';
import { escapeHtml, type Text } from '../render.ts';

export function withExample({ text, ...rest }: Text, { t }: Words, example: string): Text {
  const code = escapeHtml(example);
  const line = escapeHtml(t('settings.usage', { usage: example })).replace(
    code,
    () => `<code>${code}</code>`,
  );
  return { text: [text, line].filter(Boolean).join('\n'), ...rest };
}
