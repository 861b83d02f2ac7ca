import { createHash } from 'crypto';

/** Tells texts apart by few characters, six bits each. */
export const digest = (text: string, characters: number): string =>
	createHash('sha256').update(text).digest('base64url').slice(0, characters);
