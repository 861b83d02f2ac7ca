import fs from 'node:fs';
import path from 'node:path';
import { writeJson } from './lib/json';
import { describeContract, CONTRACT_FOLDER } from './lib/contract/contract';
import { say } from './lib/progress';

/** `npm run contract:write`: writes the contract anew, after a change that breaks no stored workflow. */
export async function main() {
	fs.mkdirSync(CONTRACT_FOLDER, { recursive: true });
	for (const [file, contract] of Object.entries(describeContract())) {
		writeJson(path.join(CONTRACT_FOLDER, file), contract);
	}
	say(
		'Written. A name or value that is gone is gone from the workflows of everybody: look at the difference.',
	);
	return await Promise.resolve(0);
}
