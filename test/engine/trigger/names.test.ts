import type { INodeParameters } from 'n8n-workflow';

import { Poller } from '../support/poller';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 30 });

const started = async (event: string, parameters: INodeParameters = {}) => {
	const poller = new Poller(school.engine, { event, ...parameters });
	expect(await poller.tick()).toEqual([]);
	school.sandbox.clearJournal();
	return poller;
};
const called = (path: string, id: number) => school.sandbox.store.find(path, id)?.name;
const listed = (path: string) => school.entries(`${path}/index`).length;
const newLead = (lead_status_id: number | null = 2) =>
	school.sandbox.store.insert('customer', { name: 'Анна', is_study: 0, branch_ids: [1], lead_status_id }).id;

describe('new customers', () => {
	it('come with names and the address of their page, after one list for all of them', async () => {
		const poller = await started('customerCreated');
		const ids = [newLead(), newLead(), newLead(null)];
		const name = called('lead-status', 2);
		expect(await poller.tick()).toMatchObject(
			ids.map((id, index) => ({
				...{ id, is_study_name: 'Lead', lead_status_name: index < 2 ? name : null },
				url: `${school.sandbox.url}/company/1/lead/view?id=${id}`,
			})),
		);
		expect(listed('lead-status')).toBe(1);
	});

	it('cost no list while there is nothing new, or without an ID of it', async () => {
		const poller = await started('customerCreated');
		await poller.tick();
		newLead(null);
		expect(await poller.tick()).toHaveLength(1);
		expect(listed('lead-status')).toBe(0);
	});

	it.each([
		['Add Names', { addNames: false }],
		['Simplify', { simplify: false }],
	])('come without names if %s is off', async (_name, off) => {
		const poller = await started('customerCreated', off);
		newLead();
		const [row] = await poller.tick();
		expect(Object.keys(row).filter((name) => /^(is_study|lead_status)_name$/.test(name))).toEqual([]);
		expect(listed('lead-status')).toBe(0);
	});

	it.each([403, 404, 500])('come all the same when the list of names answers %i', async (status) => {
		const poller = await started('customerCreated');
		const id = newLead();
		school.sandbox.faults.add({ kind: 'status', status, times: 0, match: { entity: 'lead-status' } });
		expect(await poller.tick()).toMatchObject([{ id, lead_status_id: 2, lead_status_name: null }]);
		expect(poller.notes.join('\n')).toContain('could not list the stages, so names are missing');
		expect(await poller.tick()).toEqual([]);
	});
});

describe('Fetch Full Record', () => {
	it('adds the names of what the record names', async () => {
		const poller = await started('leadMoved');
		const id = newLead();
		school.sandbox.store.patch('customer', id, { lead_status_id: 3 });
		const [{ record }] = await poller.tick();
		expect(record).toMatchObject({
			...{ id, lead_status_id: 3, lead_status_name: called('lead-status', 3), is_study_name: 'Lead' },
			...{ branch_names: [called('branch', 1)], url: `${school.sandbox.url}/company/1/lead/view?id=${id}` },
		});
		expect(listed('branch')).toBeLessThanOrEqual(2);
		expect(listed('teacher')).toBe(0);
	});

	it('leaves the record as AlfaCRM sends it if Add Names is off', async () => {
		const poller = await started('leadMoved', { addNames: false });
		const id = newLead();
		school.sandbox.store.patch('customer', id, { lead_status_id: 3 });
		const [{ record }] = await poller.tick();
		expect(record).toMatchObject({ id, lead_status_id: 3 });
		expect(Object.keys(record as object)).not.toContain('lead_status_name');
		expect(listed('lead-status')).toBe(0);
	});
});
