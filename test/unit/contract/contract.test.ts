import fs from 'node:fs';
import path from 'node:path';

import { contract, CONTRACT_FOLDER } from '../../../scripts/lib/contract/contract';
import { differences } from '../../../scripts/lib/contract/difference';
import { readJson } from '../../../scripts/lib/json';

const now = contract();
const files = Object.keys(now).sort();

describe('what workflows and databases hold of this package', () => {
	it('is taken down in these files', () => {
		const taken = fs.readdirSync(CONTRACT_FOLDER).filter((file) => file.endsWith('.json'));
		expect(taken.sort()).toEqual(files);
	});

	it.each(files)('is what it was when it was taken down in %s; see npm run contract:write', (file) => {
		const stored = readJson<unknown>(path.join(CONTRACT_FOLDER, file));
		expect(differences(file, stored, JSON.parse(JSON.stringify(now[file])))).toEqual([]);
	});

	it('reaches every resource, operation, event, field and state', () => {
		const { alfaCrm, alfaCrmTrigger, alfaCrmApi, triggerState } = Object.fromEntries(
			files.map((file) => [path.basename(file, '.json'), JSON.stringify(now[file])]),
		);
		expect(alfaCrm).toContain(`"upsert":{`);
		expect(alfaCrm).toContain(`"lead_status_id":"options = ''"`);
		expect(alfaCrm).toContain(`"returnAll":"boolean = false"`);
		expect(alfaCrmTrigger).toContain(`'customerCreated'`);
		expect(alfaCrmApi).toContain('"hostname"');
		expect(triggerState).toMatch(/"VERSION":"\d+"/);
		expect(triggerState).toContain('"marks":{"[each]":{"id":"number"');
	});
});

describe('a change of what is stored', () => {
	const stored = { resources: { pay: { get: { id: "string = ''" }, list: { limit: 'number = 50' } } } };

	it('is told by its place, and what it means', () => {
		const changed = { resources: { pay: { get: { key: "string = ''" }, list: { limit: 'number = 20' } } } };
		expect(differences('node.json', stored, changed)).toEqual([
			`node.json > resources > pay > get > id is gone ("string = ''"): stored workflows depend on it`,
			'node.json > resources > pay > list > limit was "number = 50" and is "number = 20": stored workflows depend on what it was',
			`node.json > resources > pay > get > key is new ("string = ''"): stored workflows will depend on it`,
		]);
	});

	it('is none where all is the same in another order', () => {
		const { get, list } = stored.resources.pay;
		expect(differences('node.json', stored, { resources: { pay: { list, get } } })).toEqual([]);
	});

	it('is one where an operation without parameters goes', () => {
		expect(differences('node.json', { a: {}, b: [] }, {})).toHaveLength(3);
	});
});
