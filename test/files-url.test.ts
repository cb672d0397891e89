import { describe, expect, it } from 'vitest';
import { BadConfig, filesAt, readConfig, secretsIn } from '../src/config.ts';

const KEYS = { S3_ACCESS_KEY_ID: 'AKIA1', S3_SECRET_ACCESS_KEY: 'secret-1' };
const read = (FILES_URL: string, keys: Record<string, string> = KEYS) => readConfig({ FILES_URL, ...keys });
const why = (...args: Parameters<typeof read>): string => {
  try {
    read(...args);
    return 'nothing';
  } catch (error) {
    if (!(error instanceof BadConfig)) throw error;
    return String(error);
  }
};

describe('FILES_URL', () => {
  it('is DATA_DIR when unset, and a folder by its path', () => {
    expect(filesAt(readConfig({}))).toBeUndefined();
    expect(filesAt(read('file:///mnt/my%20files', {}))).toEqual({ kind: 'folder', path: '/mnt/my files' });
  });

  it('is a bucket, with a folder in it and all that its server needs', () => {
    const url =
      's3://strut-files/of/strut/?endpoint=https://s3.example.com/&region=eu-1&public=https://f.example.com&cacheMb=200';
    expect(filesAt(read(url))).toEqual({
      kind: 's3',
      bucket: 'strut-files',
      prefix: 'of/strut/',
      endpoint: 'https://s3.example.com',
      region: 'eu-1',
      publicEndpoint: 'https://f.example.com',
      cacheBytes: 200_000_000,
      accessKeyId: 'AKIA1',
      secretAccessKey: 'secret-1',
    });
  });

  it('is a bucket of AWS where no other server is named', () => {
    expect(filesAt(read('s3://strut-files?region=eu-central-1'))).toMatchObject({
      endpoint: 'https://s3.eu-central-1.amazonaws.com',
      prefix: '',
    });
  });

  it('takes the keys by the names that AWS’s own tools read, and never half of each', () => {
    const aws = { AWS_ACCESS_KEY_ID: 'AKIA2', AWS_SECRET_ACCESS_KEY: 'secret-2' };
    const both = { ...aws, S3_ACCESS_KEY_ID: 'AKIA1' };
    expect(filesAt(read('s3://bucket', aws))).toMatchObject({ accessKeyId: 'AKIA2' });
    expect(filesAt(read('s3://bucket', both))).toMatchObject({
      accessKeyId: 'AKIA2',
      secretAccessKey: 'secret-2',
    });
    expect(filesAt(read('s3://bucket', { ...aws, ...KEYS }))).toMatchObject({ accessKeyId: 'AKIA1' });
  });

  it.each([
    ['/mnt/strut', 'file:///mnt/strut'],
    ['file://server/strut', 'file:///mnt/strut'],
    ['s3://B', 's3://bucket'],
    ['s3://bucket/100%', 's3://bucket'],
    ['file:///a%2Fb', 'file:///mnt/strut'],
    ['file:///100%', 'file:///mnt/strut'],
    ['https://s3.example.com/bucket', 's3://bucket'],
    ['s3://key:secret@bucket', 'S3_SECRET_ACCESS_KEY'],
    ['s3://bucket?endpoint=s3.example.com', 'endpoint'],
    ['s3://bucket?cacheMb=many', 'cacheMb'],
    ['s3://bucket?enpoint=https://s3.example.com', 'enpoint'],
  ])('is corrected when it is %s', (url, help) => {
    expect(why(url)).toContain('FILES_URL');
    expect(why(url)).toContain(help);
  });

  it('asks for the keys of a bucket', () => {
    expect(why('s3://bucket', {})).toContain('S3_SECRET_ACCESS_KEY');
    expect(why('s3://bucket', { S3_ACCESS_KEY_ID: 'AKIA1' })).toContain('S3_SECRET_ACCESS_KEY');
  });

  it('has keys whose secrets are hidden wherever they turn up', () => {
    const env = { S3_SECRET_ACCESS_KEY: 'secret-1', AWS_SECRET_ACCESS_KEY: 'secret-2' };
    expect(secretsIn(env)).toEqual(expect.arrayContaining(['secret-1', 'secret-2']));
  });
});
