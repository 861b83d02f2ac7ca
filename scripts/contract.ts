import fs from 'node:fs';
import path from 'node:path';
import { writeJson } from './lib/json';
import { describeContract, CONTRACT_FOLDER } from './lib/contract/contract';
import { say } from './lib/progress';

/** `npm run contract:write`: takes down anew what is stored of this package, for a change that breaks no stored workflow. */
export async function main() {
	fs.mkdirSync(CONTRACT_FOLDER, { recursive: true });
	for (const [file, content] of Object.entries(describeContract()))
		writeJson(path.join(CONTRACT_FOLDER, file), content);
	say(
		'Written. A name or value that is gone is gone from the workflows of everybody: look at the difference.',
	);
	return await Promise.resolve(0);
}
