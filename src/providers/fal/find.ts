/**
 * Finds a request whose submit got no answer, by the addresses of its files (fal.ai/docs, 2026-11-29). The picture's is its
 * own; the clip's it may share with others.
 */
import { z } from 'zod';
import type { UploadedFiles } from '../../core/ports.ts';
import { type Http, NoClearAnswer, parseJson, read } from '../http.ts';
import { handleId } from '../shapes.ts';

/** At a hundred requests a page: more than an account makes in the day that it lists. */
const MAX_PAGES = 20;

const input = z.object({ image_url: z.string(), video_url: z.string() });

const listed = z.object({
  items: z.array(
    z.object({
      request_id: handleId,
      json_input: z
        .unknown()
        .transform((given) => input.safeParse(typeof given === 'string' ? parseJson(given) : given).data)
        .optional(),
    }),
  ),
  next_cursor: z.string().nullish(),
  has_more: z.boolean().nullish(),
});

type Parts = { http: Http; apiUrl: string; key: string };

/**
 * Its id. It may be listed late, or only once it has ended: undefined is no proof that there is none. Throws
 * NoClearAnswer when fal.ai can't be asked.
 */
export async function findRequest(
  { http, apiUrl, key }: Parts,
  { endpoint, uploaded }: { endpoint: string; uploaded: UploadedFiles },
): Promise<string | undefined> {
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const query = new URLSearchParams({ endpoint_id: endpoint, expand: 'payloads', limit: '100' });
    if (cursor) query.set('cursor', cursor);
    const answer = await http.call({
      method: 'GET',
      url: `${apiUrl}/v1/models/requests/by-endpoint?${query}`,
      headers: { authorization: `Key ${key}` },
      signal: AbortSignal.timeout(30_000),
    });
    if (answer.status !== 200) throw new NoClearAnswer(`fal.ai's list of requests: status ${answer.status}`);
    const { items, next_cursor, has_more } = read(listed, answer, "fal.ai's list of requests");
    const found = items.find(
      ({ json_input }) => json_input?.image_url === uploaded.image && json_input.video_url === uploaded.clip,
    );
    if (found) return found.request_id;
    if (!has_more || !next_cursor) return undefined;
    cursor = next_cursor;
  }
  return undefined;
}
