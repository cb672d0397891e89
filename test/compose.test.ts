import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { CHATS } from '../src/chat/catalog.ts';
import { readConfig } from '../src/config.ts';

const ROOT = join(import.meta.dirname, '..');
const textOf = (name: string): string => readFileSync(join(ROOT, name), 'utf8');

const service = z.strictObject({
  build: z.literal('.').optional(),
  image: z.string().optional(),
  restart: z.literal('unless-stopped'),
  stop_grace_period: z.literal('15s').optional(),
  env_file: z.tuple([z.strictObject({ path: z.literal('.env'), required: z.literal(false) })]).optional(),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.literal('service_healthy') })).optional(),
  environment: z.record(z.string(), z.union([z.string(), z.number()])),
  ports: z.array(z.string()).optional(),
  volumes: z.array(z.string()),
  healthcheck: z.record(z.string(), z.unknown()).optional(),
});
const composition = z.looseObject({
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.null()),
});

const filesOf = ['compose.yaml', 'compose.cluster.yaml'] as const;
const read = (name: string) => composition.parse(parse(textOf(name), { merge: true }));
/** Those that run Strut. */
const ours = (name: string) => Object.entries(read(name).services).filter(([, { build }]) => build === '.');

/** What Compose makes of it: `${NAME:-this}` and, where it must be set, `${NAME:?why}`. */
const filledIn = (value: string | number): string =>
  String(value).replace(/\$\{(\w+):([-?])([^}]*)\}/g, (_, _name, how, text) =>
    how === '-' ? text : 'theSecret1',
  );
const configOf = (environment: Record<string, string | number>) =>
  readConfig(Object.fromEntries(Object.entries(environment).map(([name, one]) => [name, filledIn(one)])));

describe.each(filesOf)('%s', (name) => {
  it('sets nothing that Strut does not know, and all as Strut takes it', () => {
    const known = [...textOf('.env.example').matchAll(/^#(\w+)=/gm)].map(([, one]) => one);
    expect(ours(name).length).toBeGreaterThan(0);
    for (const [, { environment }] of ours(name)) {
      expect(known).toEqual(expect.arrayContaining(Object.keys(environment)));
      expect(configOf(environment)).toMatchObject({ HOST: '0.0.0.0', PORT: 8080 });
    }
  });

  it('mounts volumes that there are, at places that are the user’s in the image', () => {
    const { services, volumes } = read(name);
    const mounts = Object.values(services).flatMap((one) => one.volumes.map((volume) => volume.split(':')));
    // The folder that the file lies in needs no volume.
    const named = mounts.map(([volume]) => volume).filter((volume) => volume !== '.');
    expect([...new Set(named)].sort()).toEqual(Object.keys(volumes).sort());
    const made = /^RUN mkdir (.*) && chown node:node (.*)$/m.exec(textOf('Dockerfile'));
    expect(made?.[1]).toBe(made?.[2]);
    for (const [, one] of ours(name))
      for (const volume of one.volumes) expect(made?.[1]?.split(' ')).toContain(volume.split(':')[1]);
  });

  it('lets a stop take as long as it may, and opens ports to this machine alone, each once', () => {
    for (const [, one] of ours(name)) expect(one.stop_grace_period).toBe('15s');
    const ports = ours(name).flatMap(([, one]) => one.ports ?? []);
    expect(ports.filter((port) => !/^127\.0\.0\.1:\d+:8080$/.test(port))).toEqual([]);
    expect(new Set(ports).size).toBe(ports.length);
  });
});

describe('compose.cluster.yaml', () => {
  const processes = ours('compose.cluster.yaml');

  it('runs every role in two processes, so that any one may die', () => {
    const roles = processes.map(([, { environment }]) => configOf(environment).ROLES);
    for (const role of ['page', 'worker', ...CHATS.map(({ platform }) => platform)])
      expect(
        roles.filter((one) => one.has(role)),
        role,
      ).toHaveLength(2);
  });

  it('has all on one database and the same files, each with a data folder of its own', () => {
    const { services } = read('compose.cluster.yaml');
    const user = services.postgres?.environment.POSTGRES_USER;
    const name = services.postgres?.environment.POSTGRES_DB;
    for (const [, { environment, volumes, depends_on }] of processes) {
      const { STORE_URL, FILES_URL, DATA_DIR } = configOf(environment);
      expect(STORE_URL).toBe(`postgres://${user}:theSecret1@postgres:5432/${name}`);
      expect(FILES_URL).toEqual({ kind: 'folder', path: '/files' });
      expect(volumes).toEqual(['files:/files']);
      expect(DATA_DIR).toBe('/data');
      expect(Object.keys(depends_on ?? {})).toEqual(['postgres']);
    }
    expect(textOf('Dockerfile')).toContain('VOLUME /data\n');
    expect(services.postgres?.healthcheck).toBeDefined();
  });
});
