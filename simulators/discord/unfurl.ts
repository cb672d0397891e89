/**
 * What Discord shows of links (developer docs, resources/message#embed-object, 2026-11-21): it looks behind them once
 * the message is out, and tells what it found by an update. Of what lies elsewhere it keeps copies of its own.
 */
import { createHash } from 'node:crypto';
import type { FileInput, SimFile, WebPage } from './cdn.ts';
import type { Sim } from './sim.ts';

const LINK = /(?<!<)https?:\/\/[^\s<>]+/g;

/** Of a text, what each link shows, in order. */
export const unfurl = (sim: Sim, text: string): object[] =>
  [...text.matchAll(LINK)].flatMap(([link]) => {
    const own = sim.cdn.fileAt(link);
    if (own) return ofUpload(sim, link, own);
    const page = sim.web.get(link);
    return page ? [ofPage(sim, link, page)] : [];
  });

const sizeOf = ({ width = 498, height = 280 }: SimFile) => ({ width, height });

/** A pasted link to an upload: the address as it was pasted, and one that is signed now. */
function ofUpload(sim: Sim, link: string, file: SimFile): object[] {
  const media = { url: link, proxy_url: sim.cdn.urlOf(file), ...sizeOf(file) };
  if (file.contentType.startsWith('video/'))
    return [{ type: 'video', url: link, video: media, thumbnail: media }];
  return file.contentType.startsWith('image/') ? [{ type: 'image', url: link, thumbnail: media }] : [];
}

function ofPage(sim: Sim, link: string, { kind, media, file }: WebPage): object {
  const size = sizeOf(file);
  const copy = { url: media, proxy_url: sim.cdn.addressOf(file), ...size };
  const still = `${media.replace(/\.\w+$/, '')}.png`;
  const thumbnail = { url: still, proxy_url: `${new URL(copy.proxy_url).origin}${copyOf(still)}`, ...size };
  switch (kind) {
    case 'gif':
      return {
        type: 'gifv',
        url: link,
        provider: { name: 'Tenor', url: 'https://tenor.co' },
        thumbnail,
        video: { ...copy, content_type: file.contentType },
      };
    case 'video':
      return { type: 'video', url: link, video: copy, thumbnail };
    case 'image':
      return { type: 'image', url: link, thumbnail: copy };
    case 'player':
      return { type: 'video', url: link, title: 'A film', video: { url: media, ...size }, thumbnail };
  }
}

/** Where Discord's copy of what lies at that address is. */
function copyOf(address: string): string {
  const { protocol, host, pathname } = new URL(address);
  const hash = createHash('sha256').update(address).digest('base64url');
  return `/external/${hash}/${protocol.replace(':', '')}/${host}${pathname}`;
}

/** Puts something on the web, for links to lead to. `media`: where the picture or the film itself lies. */
export async function publishPage(
  sim: Sim,
  link: string,
  { kind, media, file }: { kind: WebPage['kind']; media: string; file: FileInput },
): Promise<void> {
  sim.web.set(link, { kind, media, file: await sim.cdn.publish(file, copyOf(media)) });
}
