/** Content Credentials (C2PA): signs an MP4 with what made it, and reads what others have signed. For a child process only. */
import { X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { initSync, WasmBuilder, WasmReader } from '@contentauth/c2pa-wasm';
import { z } from 'zod';
import { coseSign1, type SigningKey } from './cose.ts';
import { openDiskBlob, provideFileReader } from './disk-blob.ts';
import { DIGITAL_SOURCE, type MarkFacts } from './facts.ts';

const MP4 = 'video/mp4';
/** Two certificates take about 1.2 kB, an operator's own chain several. */
const SIGNATURE_BYTES = 16_384;
/** Nothing is fetched: no list of whom to trust, no time stamp, no manifest that lies elsewhere. */
const OFFLINE = { ocsp_fetch: false, remote_manifest_fetch: false };
const NO_PICTURES = { builder: { thumbnail: { enabled: false } } };

let loading: Promise<void> | undefined;

async function load(): Promise<void> {
  provideFileReader();
  const path = createRequire(import.meta.url).resolve('@contentauth/c2pa-wasm/c2pa.wasm');
  initSync({ module: await readFile(path) });
}
const library = (): Promise<void> => {
  loading ??= load();
  return loading;
};

/** Writes the file with a manifest. `parent`: the file that it was made of, where that has a manifest of its own. */
export async function signVideo(
  path: string,
  toPath: string,
  facts: MarkFacts,
  signer: SigningKey,
  parent: string | undefined,
): Promise<void> {
  await library();
  const settings = JSON.stringify({ ...NO_PICTURES, verify: { ...OFFLINE, verify_after_sign: false } });
  using builder = WasmBuilder.fromJson(JSON.stringify(manifest(facts, parent !== undefined)), settings);
  using source = openDiskBlob(path, MP4);
  if (parent !== undefined) {
    using origin = openDiskBlob(parent, MP4);
    const ingredient = { title: 'video', relationship: 'parentOf', label: PARENT };
    await builder.addIngredientFromBlob(JSON.stringify(ingredient), MP4, origin.blob);
  }
  const sign = async (claim: Uint8Array) =>
    new Uint8Array(coseSign1(signer, claim, SIGNATURE_BYTES)) satisfies Uint8Array<ArrayBuffer>;
  const how = { alg: 'es256', reserveSize: SIGNATURE_BYTES, sign };
  await writeFile(toPath, await builder.sign(how, undefined, MP4, source.blob));
}

const PARENT = 'parent';

/** What is said of the video: no member's name, and no picture. */
function manifest({ code, model, provider, at }: MarkFacts, hasParent: boolean): object {
  const made = {
    // What has a history of its own was opened, not created.
    action: hasParent ? 'c2pa.opened' : 'c2pa.created',
    when: new Date(at).toISOString(),
    digitalSourceType: DIGITAL_SOURCE,
    softwareAgent: { name: `${model} via ${provider}` },
    ...(hasParent ? { parameters: { ingredientIds: [PARENT] } } : {}),
  };
  return {
    claim_generator_info: [{ name: 'Strut' }],
    title: code,
    format: MP4,
    assertions: [{ label: 'c2pa.actions.v2', data: { actions: [made] } }],
  };
}

const storeShape = z.object({
  validation_state: z.string(),
  active_manifest: z.string().optional(),
  manifests: z
    .record(
      z.string(),
      z.object({
        title: z.string().optional(),
        signature_info: z.object({ cert_serial_number: z.string().optional() }).optional(),
      }),
    )
    .optional(),
});

/** A certificate from an authority that also signs for others, and the last one of its chain. */
export type Lent = { leaf: string; root: string };

/** `ours`: signed with a certificate under one of our roots, or with the one that is lent to us; `changed`: signed, but not for these bytes. */
export type Signed = { state: 'ours' | 'others' | 'changed'; title?: string };

/** Reads who signed the file, and whether for these bytes. Undefined where there is no manifest that can be read. */
export async function readSigned(
  path: string,
  roots: readonly string[],
  lent?: Lent,
): Promise<Signed | undefined> {
  const read = await readUnder(path, roots);
  if (!lent || read?.signed.state !== 'others') return read?.signed;
  const under = await readUnder(path, [lent.root]);
  // An authority gives each number once.
  const isIt = under?.signed.state === 'ours' && under.serial === serialOf(lent.leaf);
  return isIt ? under.signed : read.signed;
}

const serialOf = (pem: string): string => BigInt(`0x${new X509Certificate(pem).serialNumber}`).toString();

async function readUnder(
  path: string,
  roots: readonly string[],
): Promise<{ signed: Signed; serial?: string | undefined } | undefined> {
  await library();
  using source = openDiskBlob(path, MP4);
  const settings = {
    verify: { ...OFFLINE, verify_trust: roots.length > 0 },
    ...(roots.length > 0 ? { trust: { trust_anchors: roots.join('\n') } } : {}),
  };
  try {
    using reader = await WasmReader.fromBlob(MP4, source.blob, JSON.stringify(settings));
    const store: unknown = JSON.parse(reader.json());
    const { validation_state: state, manifests, active_manifest: active } = storeShape.parse(store);
    const { title, signature_info } = (active === undefined ? undefined : manifests?.[active]) ?? {};
    const kind = state === 'Trusted' ? 'ours' : state === 'Valid' ? 'others' : 'changed';
    const signed: Signed = { state: kind, ...(title === undefined ? {} : { title }) };
    return { signed, serial: signature_info?.cert_serial_number };
  } catch {
    return undefined;
  }
}
