/** Tells why a clip that we can't decode is not damaged: it is encrypted, or of a kind without a decoder. */
import { open } from 'node:fs/promises';
import { type Refusal, refuse } from '../core/refusals.ts';
import { codecName, openClip } from './av/open-clip.ts';
import { outerBoxes, readTracks } from './mp4-boxes.ts';
import type { ClipFormat } from './sniff.ts';

/** What to say of a clip that can't be read: the true reason where there is one, else that it is broken. */
export async function unreadable(
  path: string,
  container: ClipFormat,
  withoutDecoder?: string,
): Promise<{ ok: false; refusal: Refusal }> {
  const encrypted = await encryptedAs(path, container);
  if (encrypted) return refuse({ code: 'clip-undecodable', found: encrypted, encrypted: true });
  if (withoutDecoder) return refuse({ code: 'clip-undecodable', found: withoutDecoder, encrypted: false });
  return refuse({ code: 'broken-file', what: 'clip' });
}

/** What the encrypted picture is encoded as; undefined where it is not encrypted. */
async function encryptedAs(path: string, container: ClipFormat): Promise<string | undefined> {
  if (container === 'MP4' || container === 'MOV') {
    await using file = await open(path);
    const { size } = await file.stat();
    for await (const box of outerBoxes(file, size)) {
      if (box.type !== 'moov') continue;
      const tracks = await readTracks(file, box);
      return tracks.find(({ handler, encrypted }) => handler === 'vide' && encrypted)?.codec;
    }
    return undefined;
  }
  if (container !== 'WebM' && container !== 'MKV') return undefined;
  await using clip = await openClip(path, container);
  return clip?.picture?.metadata?.get('enc_key_id') ? codecName(clip.picture) : undefined;
}
