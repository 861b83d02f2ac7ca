import fs from 'node:fs';
import { UserFacingError } from './bootstrap/userFacingError';
import { inRepo } from './lib/paths';
import { say } from './lib/progress';
import { notesOf } from './lib/release/changelog';

/** `npm run release:notes -- v1.0.0`: what CHANGELOG.md says of a version, for the release on GitHub. */
export async function main() {
	const version = (process.argv[2] ?? '').replace(/^v/, '');
	const notes = notesOf(fs.readFileSync(inRepo('CHANGELOG.md'), 'utf8'), version);
	if (notes === '') throw new UserFacingError(`CHANGELOG.md says nothing of version "${version}".`);
	say(notes);
	return 0;
}
