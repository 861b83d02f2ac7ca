import fs from 'node:fs';
import path from 'node:path';

import { describeContract, CONTRACT_FOLDER } from '../../../scripts/lib/contract/contract';
import { readJson } from '../../../scripts/lib/json';

/** Describes everything in this package that stored workflows depend on, by the file in which it is written down. */
const contract = describeContract();
const files = Object.keys(contract).sort();

/** Writes one part of the contract as JSON. */
function writePart(file: string): string {
	return JSON.stringify(contract[file]);
}

describe('The contract with stored workflows', () => {
	it('the contract is written down in one file for each of its parts', () => {
		const writtenFiles = fs.readdirSync(CONTRACT_FOLDER).filter((file) => file.endsWith('.json'));

		expect(writtenFiles.sort()).toEqual(files);
	});

	// A parameter that is removed, or gets another default, changes the workflows that users have stored.
	it.each(files)(
		'the package keeps the contract that is written down in %s (npm run contract:write writes it anew)',
		(file) => {
			const writtenContract = readJson<unknown>(path.join(CONTRACT_FOLDER, file));

			expect(JSON.parse(writePart(file))).toEqual(writtenContract);
		},
	);

	it('the contract has the operations and parameters of the node', () => {
		const node = writePart('alfaCrm.json');

		expect(node).toContain(`"upsert":{`);
		expect(node).toContain(
			`"lead_status_id":"resourceLocator = {'mode':'list','value':''} by list, name, id"`,
		);
		expect(node).toContain(`"returnAll":"boolean = false"`);
	});

	it('the contract has the events of the trigger', () => {
		expect(writePart('alfaCrmTrigger.json')).toContain(`'customerCreated'`);
	});

	it('the contract has the fields of the credential', () => {
		expect(writePart('alfaCrmApi.json')).toContain('"hostname"');
	});

	it('the contract has the version and the shape of the state of the trigger', () => {
		const state = writePart('triggerState.json');

		expect(state).toMatch(/"VERSION":"\d+"/);
		expect(state).toContain('"branches":{"[key]":{"total?":');
	});
});
