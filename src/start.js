/**
 * Where Node begins. What it compiles is kept in DATA_DIR for the next start, which then needs no TypeScript translator:
 * it is quicker, and smaller by some 30 MB (bench/README.md). In JavaScript, or the translator would be there already.
 */
import { mkdirSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

const dataDir = process.env.DATA_DIR ?? './data';
try {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const { directory } = enableCompileCache(process.env.NODE_COMPILE_CACHE ?? join(dataDir, 'compiled'));
  // For the children: a third of what starting one costs is compiling.
  if (directory) process.env.NODE_COMPILE_CACHE ??= join(dataDir, 'compiled');
} catch {
  // Whoever opens the store says what is wrong with the folder.
}
await import('./main.ts');
