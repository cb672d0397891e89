/** The short code of a job, which members see and type. */
const CODE_ALPHABET = '23456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The short code that members see, the same for the same id: six characters that can't be misread. */
export function codeOf(id: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const char of id)
    hash = ((hash ^ BigInt(char.codePointAt(0) ?? 0)) * 0x100000001b3n) & 0xffffffffffffffffn;
  let code = '';
  for (let i = 0; i < 6; i += 1) {
    code += CODE_ALPHABET[Number(hash % BigInt(CODE_ALPHABET.length))];
    hash /= BigInt(CODE_ALPHABET.length);
  }
  return code;
}
