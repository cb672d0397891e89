/**
 * The Bot API's published description, where a copy of it lies on this machine (`STRUT_SPECS` names the folder): each
 * call, answer and update is then held against it too. It is older than the newest server, so fields that came later
 * are let through in answers.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';

const NEWER = ['can_send_welcome_messages'];

type Description = {
  $defs: Record<string, unknown>;
  methods: Record<string, { request: unknown; response: unknown }>;
};
export type Schemas = ReturnType<typeof compile>;

let loaded: ReturnType<typeof compile> | undefined;

/** Undefined when there is no copy. Read once: compiling takes a quarter of a second. */
export function loadSchemas(folder = process.env.STRUT_SPECS) {
  const path = join(folder ?? '', 'telegram-bot-api.jsonschema.json');
  if (!folder || !existsSync(path)) return undefined;
  loaded ??= compile(path);
  return loaded;
}

function compile(path: string) {
  const description = JSON.parse(readFileSync(path, 'utf8')) as Description;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema({ $id: 'api', ...description });
  const names = new Map(Object.keys(description.methods).map((name) => [name.toLowerCase(), name]));
  const compiled = new Map<string, ValidateFunction>();

  function problem(pointer: string, value: unknown): string | undefined {
    const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `api#/${pointer}` });
    compiled.set(pointer, validate);
    if (validate(value)) return undefined;
    const errors = (validate.errors ?? []).filter(
      ({ params }) => !NEWER.includes(String(params.additionalProperty)),
    );
    const [error] = errors;
    if (error?.keyword === 'additionalProperties')
      return `unknown field ${error.instancePath.slice(1)}${error.params.additionalProperty}`;
    return error && `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`;
  }

  return {
    /** What is wrong with a call's parameters; undefined for a method that the copy doesn't know. */
    request(method: string, params: object): string | undefined {
      const name = names.get(method.toLowerCase());
      return name && problem(`methods/${name}/request`, params);
    },
    /** Throws when the simulator answers what the Bot API would not. */
    response(method: string, result: unknown): void {
      const name = names.get(method.toLowerCase());
      const wrong = name && problem(`methods/${name}/response`, JSON.parse(JSON.stringify(result)));
      if (wrong) throw new Error(`the simulator's answer to ${method} is none of the Bot API: ${wrong}`);
    },
    /** Throws when the simulator tells what the Bot API would not. */
    update(update: unknown): void {
      const wrong = problem('$defs/Update', JSON.parse(JSON.stringify(update)));
      if (wrong) throw new Error(`the simulator's update is none of the Bot API: ${wrong}`);
    },
  };
}
