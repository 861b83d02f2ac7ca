import { ensureBuilt } from './lib/build';

/** For commands that look into dist. */
export const main = ensureBuilt;
