/** Downloads the files given so far while the member fills in a form: their addresses may expire before it is sent. */
import type { Refusal } from '../../../core/refusals.ts';
import { fetchFiles } from './fetch-files.ts';
import type { InboundParts } from './parts.ts';
import type { AskOf, InboundRecord } from './record.ts';

export function keepForForm(parts: InboundParts, asked: InboundRecord<AskOf<'form'>>): Promise<void> {
  const { eventId } = asked.target;
  const work = keep(parts, asked);
  parts.forms.expect(eventId, work);
  return work;
}

async function keep(parts: InboundParts, { target, ask }: InboundRecord<AskOf<'form'>>): Promise<void> {
  const { forms, waiting } = parts;
  const { eventId, userId } = target;
  await using work = parts.fileUse.begin();
  const brought = await fetchFiles(parts, work, ask.files, async ({ image, clip }) => {
    const keys = [image, clip].flatMap((file) => file?.key ?? []);
    await waiting.hold(`form:${eventId}`, keys, userId);
  });
  if (brought.kind === 'gone') return;
  if (brought.kind === 'refused') {
    const refusal: Refusal = brought.refusal;
    return forms.put(eventId, { refusal });
  }
  const { image, clip } = brought.files;
  const files = {
    ...(image ? { image: { kept: image } } : {}),
    ...(clip ? { clip: { kept: clip } } : {}),
    unknown: [],
  };
  await forms.put(eventId, { options: ask.options, files });
}
