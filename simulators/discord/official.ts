/** Checks bodies by Discord's own description of its API, where `STRUT_SPECS` names a folder that holds it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { ApiRefusal, type ErrorTree } from './errors.ts';

type Spec = {
  paths: Record<string, Record<string, { requestBody?: { content: Record<string, { schema: object }> } }>>;
  components: { schemas: Record<string, object> };
};

type Check = (method: string, path: string, body: unknown) => void;
/** The description is large: it is read once for all simulators of a process. */
const checks = new Map<string, Check>();

/** Why what needs the description is left out. */
export const NO_SPECS = 'STRUT_SPECS names no folder with the API descriptions';

/** Answers a check that throws 50035 for a body that the description does not allow. */
export function officialCheck(folder = process.env.STRUT_SPECS): Check {
  if (!folder) return () => undefined;
  const check = checks.get(folder) ?? readCheck(folder);
  checks.set(folder, check);
  return check;
}

/** Answers a check of what we answer: what is wrong with it by the description's schema of that name. */
export function officialSchema(name: string, folder: string): (value: unknown) => unknown[] {
  const { ajv, spec } = readSpec(folder);
  const validate = ajv.compile(rebased(spec.components.schemas[name]) as object);
  return (value) => (validate(value) ? [] : (validate.errors ?? []));
}

function readSpec(folder: string) {
  const spec = JSON.parse(readFileSync(join(folder, 'discord-openapi.json'), 'utf8')) as Spec;
  const ajv = new Ajv2020({ strict: false, allErrors: false, logger: false });
  addFormats.default(ajv);
  ajv.addFormat('snowflake', /^\d{1,20}$/);
  ajv.addFormat('nonce', true);
  ajv.addSchema({ components: spec.components }, 'discord');
  return { ajv, spec };
}

function readCheck(folder: string): Check {
  const { ajv, spec } = readSpec(folder);
  const known = new Map<string, ValidateFunction | undefined>();

  const compile = (method: string, path: string): ValidateFunction | undefined => {
    const schema = spec.paths[path]?.[method.toLowerCase()]?.requestBody?.content['application/json']?.schema;
    return schema && ajv.compile(rebased(schema) as object);
  };
  return (method, path, body) => {
    const key = `${method} ${path}`;
    if (!known.has(key)) known.set(key, compile(method, path));
    const check = known.get(key);
    if (!check || check(body)) return;
    const errors: ErrorTree = {};
    for (const { instancePath, message = '' } of check.errors ?? [])
      errors[instancePath] = { _errors: [{ code: 'OFFICIAL_DESCRIPTION', message }] };
    throw new ApiRefusal(400, 50035, 'Invalid Form Body', errors);
  };
}

/** Refs of an operation point into the whole description. */
function rebased(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(rebased);
  if (node === null || typeof node !== 'object') return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [
      key,
      key === '$ref' && typeof value === 'string' && value.startsWith('#/')
        ? `discord${value}`
        : rebased(value),
    ]),
  );
}
