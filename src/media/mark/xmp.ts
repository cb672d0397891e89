/**
 * The XMP of an MP4: a `uuid` box (Adobe's XMP specification, part 3) that says by IPTC's words how the picture came about.
 * Where there is one already, ours is added to what it says.
 */
import { appendFile, type FileHandle, open } from 'node:fs/promises';
import { type Box, outerBoxes } from '../mp4-boxes.ts';
import { DIGITAL_SOURCE, type MarkFacts } from './facts.ts';

const XMP = 'be7acfcb97a942e89c71999491e3afac';
const C2PA = 'd8fec3d61b0e483c92975828877ec481';
const UUID_BYTES = 16;
/** What is longer is no mark that anybody writes. */
const MAX_BOX_BYTES = 2_000_000;

/** What lies beside the film in a file. */
export type Extras = {
  /** An XMP packet. */
  xmp?: string;
  /** Whether there is a C2PA manifest. */
  isSigned: boolean;
  /** Other boxes of somebody's own, whole. */
  boxes: Buffer[];
  /** Something can be put behind the last box. */
  isOpenEnded: boolean;
};

/** Reads the boxes that FFmpeg would leave behind. */
export async function readExtras(path: string): Promise<Extras> {
  await using file = await open(path, 'r');
  const { size } = await file.stat();
  const extras: Extras = { isSigned: false, boxes: [], isOpenEnded: false };
  for await (const box of outerBoxes(file, size)) {
    // A box without a length goes to the end of the file: whatever follows it would belong to it.
    extras.isOpenEnded = box.bytes >= box.headerBytes && box.at + box.bytes === size;
    if (box.type !== 'uuid' || box.bytes > MAX_BOX_BYTES || box.bytes < box.headerBytes + UUID_BYTES)
      continue;
    const whole = await read(file, box);
    const body = whole.subarray(box.headerBytes);
    const uuid = body.toString('hex', 0, UUID_BYTES);
    if (uuid === C2PA) extras.isSigned = true;
    else if (uuid === XMP) extras.xmp ??= body.toString('utf8', UUID_BYTES);
    else extras.boxes.push(whole);
  }
  return extras;
}

async function read(file: FileHandle, { at, bytes }: Box): Promise<Buffer> {
  const whole = Buffer.alloc(bytes);
  const { bytesRead } = await file.read(whole, 0, bytes, at);
  return whole.subarray(0, bytesRead);
}

/** Puts the XMP, and what else the file was made with, behind everything that lies in it. */
export async function appendMarks(path: string, facts: MarkFacts, { xmp, boxes }: Extras): Promise<void> {
  await appendFile(path, Buffer.concat([...boxes, xmpBox(xmpOf(facts, xmp))]));
}

function xmpBox(packet: string): Buffer {
  const body = Buffer.concat([Buffer.from(`uuid`), Buffer.from(XMP, 'hex'), Buffer.from(packet)]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length + length.length);
  return Buffer.concat([length, body]);
}

/** `before`: a packet that is there already; what it says stays. */
export function xmpOf({ code, model, provider, at }: MarkFacts, before?: string): string {
  const system = `${model} via ${provider}`;
  const ours = [
    '<rdf:Description rdf:about=""',
    ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"',
    ' xmlns:xmp="http://ns.adobe.com/xap/1.0/"',
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"',
    ` Iptc4xmpExt:DigitalSourceType="${DIGITAL_SOURCE}"`,
    ` Iptc4xmpExt:AISystemUsed="${escaped(system)}"`,
    ` dc:identifier="${escaped(code)}"`,
    ` xmp:CreatorTool="Strut" xmp:MetadataDate="${new Date(at).toISOString()}"/>`,
  ].join('');
  const end = before?.lastIndexOf('</rdf:RDF>') ?? -1;
  if (before !== undefined && end >= 0)
    return before.includes(ours) ? before : before.slice(0, end) + ours + before.slice(end);
  return [
    '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">',
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    ours,
    '</rdf:RDF></x:xmpmeta><?xpacket end="r"?>',
  ].join('');
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (char) => ESCAPES[char] ?? char);
