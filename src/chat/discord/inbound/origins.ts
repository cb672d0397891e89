/** Where Discord keeps files: its own, and the copies that it makes of what members link to. Nothing else is fetched. */

export type Origins = {
  /** The path below the origin that the address belongs to. Undefined where it lies elsewhere, or is no address. */
  pathOf(address: string): string | undefined;
  /** Every place where a file of that path may lie, the hosts of that name first. */
  placesOf(path: string, first: 'cdn' | 'media'): string[];
};

export function createOrigins(cdnUrls: readonly string[]): Origins {
  const folders = cdnUrls.map((url) => new URL(url.endsWith('/') ? url : `${url}/`));
  return {
    pathOf(address) {
      if (!URL.canParse(address)) return undefined;
      const { origin, pathname } = new URL(address);
      const folder = folders.find((one) => one.origin === origin && pathname.startsWith(one.pathname));
      return folder && pathname.slice(folder.pathname.length);
    },
    placesOf(path, first) {
      const rank = ({ hostname }: URL): number => (hostname.startsWith(`${first}.`) ? 0 : 1);
      return folders.toSorted((a, b) => rank(a) - rank(b)).map(({ href }) => href + path);
    },
  };
}

const PORTRAIT =
  /^(?:external\/[^/]+\/(?:%3F[^/]*\/)?https\/cdn\.discordapp\.com\/)?(?:guilds\/\d+\/users\/(\d+)\/)?(?:avatars|banners)\/(?:(\d+)\/)?/;

/** The account that shows itself by a file of that path, also where Discord's proxy brings it. */
export function portrayedBy(path = ''): string | undefined {
  const [, inGuild, everywhere] = PORTRAIT.exec(path) ?? [];
  return inGuild ?? everywhere;
}

/** A file that somebody uploaded: its address is signed for a day, and Discord signs it anew on request. */
export const isAttachment = (path: string | undefined): boolean =>
  /^attachments\/\d+\/\d+\/[^/]+$/.test(path ?? '');
