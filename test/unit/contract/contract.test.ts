import fs from 'node:fs';
import path from 'node:path';

import { describeContract, CONTRACT_FOLDER } from '../../../scripts/lib/contract/contract';
import { readJson } from '../../../scripts/lib/json';

const now = describeContract();
const files = Object.keys(now).sort();

describe('what workflows and databases hold of this package', () => {
	it('the contract with stored workflows is written down in a file for each of its parts', () => {
		const taken = fs.readdirSync(CONTRACT_FOLDER).filter((file) => file.endsWith('.json'));
		expect(taken.sort()).toEqual(files);
	});

	it.each(files)(
		'the node still keeps the contract in %s (npm run contract:write writes it anew)',
		(file) => {
			const stored = readJson<unknown>(path.join(CONTRACT_FOLDER, file));
			// A parameter that is removed, or gets another default, changes the workflows that are stored.
			expect(JSON.parse(JSON.stringify(now[file]))).toEqual(stored);
		},
	);

	it('the contract has resources, operations, events, fields and states', () => {
		const { alfaCrm, alfaCrmTrigger, alfaCrmApi, triggerState } = Object.fromEntries(
			files.map((file) => [path.basename(file, '.json'), JSON.stringify(now[file])]),
		);
		expect(alfaCrm).toContain(`"upsert":{`);
		expect(alfaCrm).toContain(
			`"lead_status_id":"resourceLocator = {'mode':'list','value':''} by list, name, id"`,
		);
		expect(alfaCrm).toContain(`"returnAll":"boolean = false"`);
		expect(alfaCrmTrigger).toContain(`'customerCreated'`);
		expect(alfaCrmApi).toContain('"hostname"');
		expect(triggerState).toMatch(/"VERSION":"\d+"/);
		expect(triggerState).toContain('"branches":{"[key]":{"total?":');
	});
});
